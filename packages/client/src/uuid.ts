import { randomFillSync } from 'node:crypto';

/** Random bytes are drawn in bulk: a call of the generator costs more than a hundred ids. */
const pool = Buffer.alloc(10 * 256);
let used = pool.length;

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const hex = (at: number): string => HEX[pool[at] as number] as string;

/** A UUIDv7 (RFC 9562 §5.7) in lower case: 48 bits of time, 74 random bits. */
export function uuidv7(now: number = Date.now()): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const at = used;
  used += 10;
  const time = now.toString(16).padStart(12, '0');
  const version = HEX[0x70 | ((pool[at] as number) & 0x0f)];
  const variant = HEX[0x80 | ((pool[at + 2] as number) & 0x3f)];
  const tail = hex(at + 4) + hex(at + 5) + hex(at + 6) + hex(at + 7) + hex(at + 8) + hex(at + 9);
  return `${time.slice(0, 8)}-${time.slice(8)}-${version}${hex(at + 1)}-${variant}${hex(at + 3)}-${tail}`;
}

const JOB_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Whether a text can be a job's id (ojs-core §5.1). */
export const isJobId = (text: string): boolean => JOB_ID.test(text);

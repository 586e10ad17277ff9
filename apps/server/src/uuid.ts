import { randomFillSync } from 'node:crypto';

const POOL_BYTES = 4_096;
const RANDOM_BYTES = 10;
const pool = Buffer.alloc(POOL_BYTES);
let used = POOL_BYTES;

/**
 * A UUIDv7 (RFC 9562 §5.7): 48 bits of time in milliseconds, then 74 random bits from the system's generator, which is
 * asked for a pool at a time.
 */
export function uuidV7(now: number = Date.now()): string {
  if (used + RANDOM_BYTES > POOL_BYTES) {
    randomFillSync(pool);
    used = 0;
  }
  const at = used;
  used += RANDOM_BYTES;
  pool[at] = 0x70 | ((pool[at] as number) & 0x0f);
  pool[at + 2] = 0x80 | ((pool[at + 2] as number) & 0x3f);
  const random = pool.toString('hex', at, at + RANDOM_BYTES);
  // Never given out twice, not even to somebody who reads memory later.
  pool.fill(0, at, at + RANDOM_BYTES);
  const time = now.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-${random.slice(0, 4)}-${random.slice(4, 8)}-${random.slice(8)}`;
}

import type { Limits } from '@ojs/schema';
import { type Refusal, refuse } from '../connection/refusal.ts';

const sizeOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value) ?? '');

function tooLarge(field: string, actual: number, max: number, index: number | undefined): Refusal {
  const place = index === undefined ? '' : `jobs[${index}].`;
  return refuse('payload_too_large', `${place}${field}: is ${actual} bytes of JSON; at most ${max} are accepted.`, {
    hint: 'Keep large data elsewhere and send a reference to it.',
    details: { field, actual_bytes: actual, max_bytes: max, ...(index !== undefined && { index }) },
  });
}

/**
 * Sizes in bytes of UTF-8 JSON (security page, Payload size). Measured only where the whole body is larger than the limit:
 * no part of a smaller one can be.
 *
 * @throws {Refusal} `payload_too_large` with `actual_bytes` and `max_bytes`
 */
export function checkSizes(args: unknown, meta: unknown, bytes: number, limits: Limits, index?: number): void {
  if (bytes > limits.argsBytes) {
    const actual = sizeOf(args);
    if (actual > limits.argsBytes) throw tooLarge('args', actual, limits.argsBytes, index);
  }
  if (bytes > limits.metaBytes) {
    const actual = sizeOf(meta);
    if (actual > limits.metaBytes) throw tooLarge('meta', actual, limits.metaBytes, index);
  }
}

/** One part of a body, in the same way. @throws {Refusal} */
export function checkPart(field: string, value: unknown, bytes: number, max: number): void {
  if (bytes <= max || value === undefined) return;
  const actual = sizeOf(value);
  if (actual > max) throw tooLarge(field, actual, max, undefined);
}

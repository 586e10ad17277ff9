const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** The number in base62, padded with zeros on the left to `length` characters. @throws RangeError when it needs more. */
export function base62(value: bigint, length: number): string {
  let text = '';
  for (let rest = value; rest > 0n; rest /= 62n) text = DIGITS.charAt(Number(rest % 62n)) + text;
  if (text.length > length) throw new RangeError(`the number needs more than ${length} base62 characters`);
  return text.padStart(length, '0');
}

/** The same for an unsigned 32-bit integer, which always fits into six characters. */
export function base62Of32Bits(value: number): string {
  let text = '';
  for (let rest = value >>> 0, i = 0; i < 6; i++, rest = Math.floor(rest / 62)) text = DIGITS.charAt(rest % 62) + text;
  return text;
}

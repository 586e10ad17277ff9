import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const SECRET = 43;
const CHECKSUM = 6;

const random = (length: number): string =>
  Array.from(randomBytes(length), (byte) => DIGITS.charAt(byte % DIGITS.length)).join('');

/** Everybody can compute it: it is there against typos. */
function checksum(body: string): string {
  let text = '';
  for (let i = 0, rest = crc32(body) >>> 0; i < CHECKSUM; i++, rest = Math.floor(rest / 62)) {
    text = DIGITS.charAt(rest % 62) + text;
  }
  return text;
}

/** The key up to its secret: word and id, which are not secret. */
const publicPart = (key: string): string => key.slice(0, -(SECRET + CHECKSUM));

export const idOf = (key: string): string => key.split('_')[2] ?? '';

/** Well-formed, of the same word and id, with a secret that was guessed. */
export function guessed(key: string): string {
  const body = publicPart(key) + random(SECRET);
  return body + checksum(body);
}

/** Well-formed, of an id that does not exist. */
export function unknown(key: string): string {
  const body = `${publicPart(key).replace(idOf(key), random(idOf(key).length))}${random(SECRET)}`;
  return body + checksum(body);
}

/** The key with the first or last character of its secret changed, and a checksum that fits or the old one. */
export function changed(key: string, place: 'first' | 'last', fits: boolean): string {
  const end = key.length - CHECKSUM;
  const at = place === 'first' ? end - SECRET : end - 1;
  const others = DIGITS.replace(key.charAt(at), '');
  const body = key.slice(0, at) + others.charAt(randomBytes(1).readUInt8() % others.length) + key.slice(at + 1, end);
  return body + (fits ? checksum(body) : key.slice(end));
}

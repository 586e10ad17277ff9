import { OpenKeys } from './json-keys.ts';
import { survivesDouble } from './json-number.ts';

/** Why a text is refused before it is parsed, and at which byte. */
export interface JsonProblem {
  readonly rule: 'depth' | 'duplicate_key' | 'forbidden_key' | 'number' | 'syntax';
  readonly offset: number;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** Numbers up to this length without an exponent have at most 15 digits, which double precision always keeps. */
const SURELY_EXACT = 15;

const keys = new OpenKeys();

const isNumberByte = (c: number): boolean =>
  (c >= 0x30 && c <= 0x39) || c === 0x2e || c === 0x2d || c === 0x2b || c === 0x65 || c === 0x45;

/**
 * Looks once over the bytes of a JSON text for what `JSON.parse` lets pass or cannot survive: nesting beyond `maxDepth`
 * (security page, JSON depth), keys that come twice in one object, keys that poison prototypes, and numbers that double
 * precision would change. Linear in time, no recursion. What it lets pass may still not be JSON: the parser says that.
 */
export function scanJson(bytes: Buffer, maxDepth: number): JsonProblem | undefined {
  const end = bytes.length;
  const objects: boolean[] = [false];
  let depth = 0;
  let keyNext = false;
  let at = 0;
  while (at < end) {
    const c = bytes[at] as number;
    if (c === QUOTE) {
      const start = ++at;
      if (!keyNext) {
        while (at < end && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
      } else {
        let hash = 0;
        let escaped = false;
        while (at < end && bytes[at] !== QUOTE) {
          const s = bytes[at] as number;
          hash = (Math.imul(hash, 31) + s) | 0;
          if (s === BACKSLASH) escaped = true;
          at += s === BACKSLASH ? 2 : 1;
        }
        const problem = at < end ? keys.add(bytes, start, at, hash, escaped, depth) : 'syntax';
        if (problem !== undefined) return { rule: problem, offset: start };
        keyNext = false;
      }
      at++;
    } else if (c === 0x7b || c === 0x5b) {
      if (++depth > maxDepth) return { rule: 'depth', offset: at };
      // An array has no keys, but what was `constructor` before it must not count for objects inside.
      keys.open(depth);
      objects[depth] = keyNext = c === 0x7b;
      at++;
    } else if (c === 0x7d || c === 0x5d) {
      if (--depth < 0) return { rule: 'syntax', offset: at };
      keyNext = false;
      at++;
    } else if (c === 0x2c) {
      keyNext = objects[depth] as boolean;
      at++;
    } else if (c === 0x2d || (c >= 0x30 && c <= 0x39)) {
      const start = at;
      let plain = !(c === 0x2d && bytes[at + 1] === 0x30);
      for (at++; at < end && isNumberByte(bytes[at] as number); at++) {
        if ((bytes[at] as number) > 0x39) plain = false;
      }
      if (!(plain && at - start <= SURELY_EXACT) && !survivesDouble(bytes.toString('latin1', start, at))) {
        return { rule: 'number', offset: start };
      }
    } else {
      at++;
    }
  }
  return undefined;
}

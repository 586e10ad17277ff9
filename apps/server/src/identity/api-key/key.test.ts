import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatKey, generateKey, KEY_WORDS, parseKey, truncateKey } from './key.ts';

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const base62 = (length: number) =>
  fc.array(fc.constantFrom(...DIGITS), { minLength: length, maxLength: length }).map((digits) => digits.join(''));

describe('API keys', () => {
  test.each(KEY_WORDS)('a generated %s key has the documented form and parses to its parts', (word) => {
    const key = generateKey(word);
    expect(key.text).toMatch(new RegExp(`^ojs_${word}_[0-9A-Za-z]{12}_[0-9A-Za-z]{49}$`));
    expect(parseKey(key.text)).toEqual(key);
  });

  test('no two generated keys share an id or a secret', () => {
    const keys = Array.from({ length: 2_000 }, () => generateKey('prod'));
    expect(new Set(keys.map(({ id }) => id)).size).toBe(keys.length);
    expect(new Set(keys.map(({ text }) => text.slice(-49, -6))).size).toBe(keys.length);
  });

  test('the secret carries 256 bits: every one of its bits is set about half of the time', () => {
    const value = (text: string): bigint =>
      [...text].reduce((sum, digit) => sum * 62n + BigInt(DIGITS.indexOf(digit)), 0n);
    const secrets = Array.from({ length: 1_000 }, () => value(generateKey('prod').text.slice(-49, -6)));
    for (let bit = 0n; bit < 256n; bit++) {
      const set = secrets.filter((secret) => (secret >> bit) & 1n).length;
      expect(set, `bit ${bit}`).toBeGreaterThan(350);
      expect(set, `bit ${bit}`).toBeLessThan(650);
    }
    expect(secrets.every((secret) => secret < 1n << 256n)).toBe(true);
  });

  test('whatever the parts, what is put together parses to them', () => {
    fc.assert(
      fc.property(fc.constantFrom(...KEY_WORDS), base62(12), base62(43), (word, id, secret) => {
        expect(parseKey(formatKey(word, id, secret))).toMatchObject({ word, id });
      }),
    );
  });

  test('a key with one bit changed, anywhere, is refused without a look-up', () => {
    const { text } = generateKey('prod');
    for (let at = 0; at < text.length; at++) {
      for (let bit = 0; bit < 8; bit++) {
        const changed = text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ (1 << bit)) + text.slice(at + 1);
        expect(typeof parseKey(changed), changed).toBe('string');
      }
    }
  });

  test('typos are refused: one character replaced, two exchanged', () => {
    fc.assert(
      fc.property(fc.nat({ max: 70 }), fc.constantFrom(...DIGITS), (at, digit) => {
        const { text } = generateKey('work');
        const typo = text.slice(0, at) + digit + text.slice(at + 1);
        const swapped = text.slice(0, at) + (text[at + 1] ?? '') + (text[at] ?? '') + text.slice(at + 2);
        for (const wrong of [typo, swapped]) {
          if (wrong !== text) expect(typeof parseKey(wrong)).toBe('string');
        }
      }),
    );
  });

  test('other lengths, prefixes and characters are malformed', () => {
    const { text } = generateKey('admin');
    const others = [
      '',
      'ojs_',
      text.slice(1),
      `${text}0`,
      text.slice(0, -1),
      `${text}\n`,
      ` ${text}`,
      text.toUpperCase(),
    ];
    others.push(
      text.replace('admin', 'root'),
      text.replace('_admin_', '__'),
      `${text.slice(0, -1)}é`,
      'x'.repeat(10_000_000),
    );
    for (const other of others) expect(parseKey(other)).toBe('malformed_key');
  });

  test('in a log, a key is its word and the end of its id: nothing of the secret', () => {
    const key = generateKey('oper');
    expect(truncateKey(key.word, key.id)).toBe(`ojs_oper_…${key.id.slice(-4)}`);
  });
});

import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { weaknessOf } from './strength.ts';

test('256 random bits are strong enough, however they are written', () => {
  for (let i = 0; i < 5_000; i++) {
    const bytes = randomBytes(32);
    for (const encoding of ['hex', 'base64', 'base64url'] as const) {
      expect(weaknessOf(bytes.toString(encoding))).toBeUndefined();
    }
    expect(weaknessOf(bytes.toString('hex').toUpperCase())).toBeUndefined();
  }
});

test.each([
  ['', /neither base64 nor hexadecimal/],
  ['hunter2', /bits at most/],
  ['correct horse battery staple correct horse battery', /neither base64 nor hexadecimal/],
  ['correct-horse-battery-staple-correct-horse-battery', /not random/],
  ['CORRECT_HORSE_BATTERY_STAPLE_CORRECT_HORSE_BATTERY', /not random/],
  ['a'.repeat(64), /not random/],
  ['0'.repeat(64), /not random/],
  ['AbCdEfGh'.repeat(8), /not random/],
  ['0123456789abcdef'.repeat(4), /not random/],
  [Buffer.from(Array.from({ length: 32 }, (_, i) => i)).toString('base64'), /not random/],
  [Buffer.from('a sentence that somebody encoded to look random').toString('base64'), /not random/],
  [randomBytes(31).toString('base64'), /248 bits/],
  [randomBytes(31).toString('hex'), /248 bits/],
  [`${randomBytes(32).toString('base64')}\n`, /neither base64 nor hexadecimal/],
])('%j is refused, and told without it', (text, says) => {
  const weakness = weaknessOf(text) as string;
  expect(weakness).toMatch(says);
  if (text !== '') expect(weakness).not.toContain(text);
});

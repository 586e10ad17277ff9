import { expect, test } from 'vitest';
import { hashKey, isStrong, verifyHash } from './hash.ts';
import { generateKey } from './key.ts';

const { text } = generateKey('prod');
const stored = await hashKey(text);

test('a key is verified against its hash, and no other key is', async () => {
  expect(await verifyHash(text, stored)).toBe(true);
  expect(await verifyHash(generateKey('prod').text, stored)).toBe(false);
});

test('the hash is scrypt with at least N=2^14, r=8, p=1, and a salt of its own', async () => {
  expect(stored).toMatchObject({ n: 16_384, r: 8, p: 1 });
  const again = await hashKey(text);
  expect(again.salt).not.toBe(stored.salt);
  expect(again.hash).not.toBe(stored.hash);
  expect(JSON.stringify(stored)).not.toContain(text.slice(-49));
});

test.each([
  { n: 2 },
  { n: 8_192 },
  { n: 16_385 },
  { n: 2 ** 30 },
  { r: 1 },
  { r: 1_000 },
  { p: 0 },
  { p: 100 },
  { salt: '' },
  { salt: 'AAAA' },
  { hash: '' },
  { hash: 'AAAA' },
])('parameters that nobody of us writes are not strong: %o', (change) => {
  expect(isStrong(stored)).toBe(true);
  expect(isStrong({ ...stored, ...change })).toBe(false);
});

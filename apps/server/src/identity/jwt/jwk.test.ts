import { generateKeyPairSync, type webcrypto } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { usableKeys } from './jwk.ts';

const rsa = (bits: number): webcrypto.JsonWebKey =>
  generateKeyPairSync('rsa', { modulusLength: bits }).publicKey.export({ format: 'jwk' });
const ec = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve });
const publicEc = (namedCurve = 'P-256'): webcrypto.JsonWebKey => ec(namedCurve).publicKey.export({ format: 'jwk' });
const ed25519 = (): webcrypto.JsonWebKey => generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' });
const read = (...keys: unknown[]) => usableKeys(keys, ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519']);

describe('keys that are used', () => {
  test('are the public keys of the accepted algorithms, each for those of its kind', () => {
    const { usable, unused } = read(
      { ...rsa(2048), kid: 'r', use: 'sig' },
      { ...publicEc(), kid: 'e', key_ops: ['verify'] },
      { ...ed25519(), kid: 'o' },
    );
    expect(unused).toEqual([]);
    expect(usable.map(({ kid, algorithms }) => [kid, [...algorithms].sort()])).toEqual([
      ['r', ['PS256', 'RS256']],
      ['e', ['ES256']],
      ['o', ['Ed25519', 'EdDSA']],
    ]);
  });

  test('do only what their own alg says', () => {
    const { usable } = read({ ...rsa(2048), kid: 'r', alg: 'RS256' });
    expect([...(usable[0]?.algorithms ?? [])]).toEqual(['RS256']);
  });

  test('count once when they are listed twice', () => {
    const key = { ...publicEc(), kid: 'e' };
    expect(read(key, { ...key, x5t: 'x' })).toMatchObject({ usable: [{ kid: 'e' }], unused: [] });
  });
});

describe('keys that are left out (A17)', () => {
  const off = (key: webcrypto.JsonWebKey): webcrypto.JsonWebKey => ({ ...key, y: publicEc().y });
  test.each<[string, unknown, string]>([
    ['of 1024 bits', rsa(1024), 'fewer than 2048'],
    ['with an exponent of 3', { ...rsa(2048), e: 'Aw' }, 'exponent'],
    ['for encryption', { ...rsa(2048), use: 'enc' }, 'use'],
    ['without verify in key_ops', { ...publicEc(), key_ops: ['sign'] }, 'key_ops'],
    ['that are private', ec('P-256').privateKey.export({ format: 'jwk' }), 'private'],
    ['that are shared secrets', { kty: 'oct', k: 'c2VjcmV0', alg: 'HS256' }, 'private'],
    ['whose alg is for another kty', { ...rsa(2048), alg: 'ES256' }, 'none of the algorithms'],
    ['whose kty is not theirs', { ...rsa(2048), kty: 'EC', crv: 'P-256' }, 'not a key'],
    ['of another curve', publicEc('P-384'), 'none of the algorithms'],
    ['off their curve', off(publicEc()), 'not a key'],
    ['whose alg is none', { ...publicEc(), alg: 'none' }, 'none of the algorithms'],
    ['whose kid is no text', { ...publicEc(), kid: 7 }, 'kid'],
    ['that are no object', 'key', 'object'],
    ['of a kty that nobody has', { kty: '__proto__' }, 'none of the algorithms'],
  ])('%s', (_, key, why) => {
    expect(read(key)).toEqual({ usable: [], unused: [{ at: 0, why: expect.stringContaining(why) }] });
  });

  test('both, when two different keys have one kid', () => {
    const { usable, unused } = read(
      { ...publicEc(), kid: 'a' },
      { ...rsa(2048), kid: 'a' },
      { ...publicEc(), kid: 'b' },
    );
    expect(usable.map(({ kid }) => kid)).toEqual(['b']);
    expect(unused.map(({ at }) => at)).toEqual([0, 1]);
  });

  test('beyond a hundred', () => {
    const key = publicEc();
    // Told as one, however many there are: a published list can have a hundred thousand.
    const { usable, unused } = read(...Array.from({ length: 10_000 }, (_, at) => ({ ...key, kid: `${at}` })));
    expect([usable.length, unused.length]).toEqual([100, 1]);
  });
});

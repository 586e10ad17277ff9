import { constants, generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { DerReader, TAG } from './der.ts';
import { isSignedBy, isStrongKey, readSignature } from './signature.ts';

const read = (hex: string) => readSignature(new DerReader(Buffer.from(hex, 'hex')).inside(TAG.sequence));

const PSS_OID = '06092a864886f70d01010a';
const SHA256 = '300d06096086480165030402010500';
const PSS_SHA256 = `3041${PSS_OID}3034a00f${SHA256}a11c301a06092a864886f70d010108${SHA256}a203020120`;
const RSA_SHA256 = '300d06092a864886f70d01010b0500';
const ECDSA_SHA384 = '300a06082a8648ce3d040303';
const ED25519 = '300506032b6570';

describe('an algorithm of a signature', () => {
  test('is taken where it is still trusted', () => {
    expect([PSS_SHA256, RSA_SHA256, ECDSA_SHA384, ED25519].map(read)).toEqual([
      { hash: 'sha256', pss: true },
      { hash: 'sha256' },
      { hash: 'sha384' },
      { hash: null },
    ]);
  });

  test.each([
    ['RSA with SHA-1', '300d06092a864886f70d0101050500'],
    ['RSA with MD5', '300d06092a864886f70d0101040500'],
    ['ECDSA with SHA-1', '300906072a8648ce3d0401'],
    ['PSS without a hash, which means SHA-1', `300d${PSS_OID}3000`],
    ['PSS without parameters', `300b${PSS_OID}`],
  ])('%s is not', (_, hex) => expect(read(hex)).toBeUndefined());
});

test('a signature holds for its key and bytes, whatever the scheme, and never for a key of another kind', () => {
  const bytes = Buffer.from('signed');
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  const ed = generateKeyPairSync('ed25519');
  const pss = { key: rsa.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
  const cases = [
    [rsa.publicKey, PSS_SHA256, sign('sha256', bytes, pss)],
    [rsa.publicKey, RSA_SHA256, sign('sha256', bytes, rsa.privateKey)],
    [ec.publicKey, ECDSA_SHA384, sign('sha384', bytes, ec.privateKey)],
    [ed.publicKey, ED25519, sign(null, bytes, ed.privateKey)],
  ] as const;
  for (const [key, hex, signature] of cases) {
    const scheme = read(hex) ?? { hash: 'none' };
    expect(isSignedBy(key, scheme, bytes, signature)).toBe(true);
    expect(isSignedBy(key, scheme, Buffer.from('other'), signature)).toBe(false);
    for (const [other] of cases) if (other !== key) expect(isSignedBy(other, scheme, bytes, signature)).toBe(false);
  }
});

test('keys that are too weak or of no known kind are told apart', () => {
  const rsa = (modulusLength: number) => generateKeyPairSync('rsa', { modulusLength }).publicKey;
  const ec = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve }).publicKey;
  expect([rsa(2048), ec('P-256'), generateKeyPairSync('ed448').publicKey].map(isStrongKey)).toEqual([true, true, true]);
  expect([rsa(1024), ec('secp256k1'), generateKeyPairSync('x25519').publicKey].map(isStrongKey)).toEqual([
    false,
    false,
    false,
  ]);
});

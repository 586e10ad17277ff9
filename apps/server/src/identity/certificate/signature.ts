import { constants, type KeyObject, verify } from 'node:crypto';
import { type DerReader, TAG } from './der.ts';

/** How something was signed, where the algorithm is one that is still trusted. */
export interface Signature {
  /** Null where the scheme has its own (Ed25519, Ed448). */
  readonly hash: string | null;
  readonly pss?: boolean;
}

/** Object identifiers, hexadecimal as DER writes them. SHA-1 and older are not here, nor anything else that is unknown. */
const SIGNATURES: ReadonlyMap<string, Signature> = new Map([
  ['2a864886f70d01010b', { hash: 'sha256' }],
  ['2a864886f70d01010c', { hash: 'sha384' }],
  ['2a864886f70d01010d', { hash: 'sha512' }],
  ['2a8648ce3d040302', { hash: 'sha256' }],
  ['2a8648ce3d040303', { hash: 'sha384' }],
  ['2a8648ce3d040304', { hash: 'sha512' }],
  ['2b6570', { hash: null }],
  ['2b6571', { hash: null }],
]);
const RSASSA_PSS = '2a864886f70d01010a';
const HASHES: ReadonlyMap<string, string> = new Map([
  ['608648016503040201', 'sha256'],
  ['608648016503040202', 'sha384'],
  ['608648016503040203', 'sha512'],
]);

const CURVES: ReadonlySet<string | undefined> = new Set(['prime256v1', 'secp384r1', 'secp521r1']);
const LEAST_RSA_BITS = 2048;

/** Reads an AlgorithmIdentifier. @returns undefined where the algorithm is unknown or too weak. @throws {Malformed} */
export function readSignature(algorithm: DerReader): Signature | undefined {
  const oid = algorithm.contents(TAG.oid).toString('hex');
  if (oid !== RSASSA_PSS) return SIGNATURES.get(oid);
  // RFC 4055 §3.1: the first parameter is the hash; where it is absent, SHA-1 is meant.
  const hash = algorithm.maybe(TAG.sequence)?.maybe(0xa0)?.inside(TAG.sequence).contents(TAG.oid).toString('hex');
  const name = HASHES.get(hash ?? '');
  return name === undefined ? undefined : { hash: name, pss: true };
}

/** Whether the key signed these bytes. */
export function isSignedBy(key: KeyObject, { hash, pss }: Signature, bytes: Buffer, signature: Buffer): boolean {
  const { RSA_PKCS1_PSS_PADDING: padding, RSA_PSS_SALTLEN_AUTO: saltLength } = constants;
  try {
    return verify(hash, bytes, pss ? { key, padding, saltLength } : key, signature);
  } catch {
    // A key of another kind than the algorithm.
    return false;
  }
}

/** Whether the key is of a kind and size that is still trusted. */
export function isStrongKey({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): boolean {
  switch (asymmetricKeyType) {
    case 'rsa':
    case 'rsa-pss':
      return (asymmetricKeyDetails?.modulusLength ?? 0) >= LEAST_RSA_BITS;
    case 'ec':
      return CURVES.has(asymmetricKeyDetails?.namedCurve);
    default:
      return asymmetricKeyType === 'ed25519' || asymmetricKeyType === 'ed448';
  }
}

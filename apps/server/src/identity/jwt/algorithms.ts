/**
 * Signature algorithms (RFC 7518 §3, RFC 8037, RFC 9864) and the keys that they are for. Asymmetric all of them: who can verify a token
 * cannot make one, and a public key is never taken for a shared secret.
 */
export const KEYS_OF = {
  RS256: 'RSA',
  RS384: 'RSA',
  RS512: 'RSA',
  PS256: 'RSA',
  PS384: 'RSA',
  PS512: 'RSA',
  ES256: 'EC P-256',
  ES384: 'EC P-384',
  ES512: 'EC P-521',
  EdDSA: 'OKP Ed25519',
  Ed25519: 'OKP Ed25519',
} as const;

export type Algorithm = keyof typeof KEYS_OF;

export const ALGORITHMS = Object.keys(KEYS_OF) as [Algorithm, ...Algorithm[]];

export const isAlgorithm = (name: unknown): name is Algorithm =>
  typeof name === 'string' && Object.hasOwn(KEYS_OF, name);

import { constants } from 'node:crypto';
import type { SecureContextOptions, TlsOptions } from 'node:tls';

/** Forward secrecy and authenticated encryption only: Node's default list would accept static RSA as well. */
const CIPHERS = [
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'TLS_AES_128_GCM_SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
].join(':');

/** What is recorded today stays closed to the quantum computers of later where the client can (the hybrid with ML-KEM). */
const GROUPS = ['X25519MLKEM768', 'X25519', 'P-256', 'P-384'].join(':');

/** No SHA-1 and no SHA-224. PKCS #1 is there for TLS 1.2 and for certificates of clients that are signed so. */
const SIGNATURES = [
  ...['ed25519', 'ecdsa_secp256r1_sha256', 'ecdsa_secp384r1_sha384', 'ecdsa_secp521r1_sha512'],
  ...['rsa_pss_rsae_sha256', 'rsa_pss_rsae_sha384', 'rsa_pss_rsae_sha512'],
  ...['rsa_pss_pss_sha256', 'rsa_pss_pss_sha384', 'rsa_pss_pss_sha512'],
  ...['rsa_pkcs1_sha256', 'rsa_pkcs1_sha384', 'rsa_pkcs1_sha512'],
].join(':');

/** The rules of every secure context (security page, Transport Security: TLS 1.2 or newer). */
const CONTEXT_RULES = {
  minVersion: 'TLSv1.2',
  ciphers: CIPHERS,
  ecdhCurve: GROUPS,
  sigalgs: SIGNATURES,
  honorCipherOrder: true,
  /** Node would allow three within ten minutes; nothing of ours needs one, and each costs us more than the client. */
  secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
} as const satisfies SecureContextOptions;

/** What a listener decides once, whatever its certificates. */
export const LISTENER_RULES = {
  /** A client that opens connections and never finishes the handshake is gone after ten seconds. */
  handshakeTimeout: 10_000,
  ALPNProtocols: ['http/1.1'],
} as const satisfies TlsOptions;

/** The server's certificate with its chain, and its private key: PEM. */
export interface KeyPair {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** Whom the server believes when a client shows a certificate: PEM. */
export interface ClientAuthorities {
  readonly ca?: readonly string[];
}

/**
 * What `createSecureContext` and `server.setSecureContext` take: the rules, the pair, and the authorities of clients. There are
 * never `ticketKeys` in it: a session that could be resumed under a new context would outlive a revocation.
 */
export function secureContextOf(pair: KeyPair, clients: ClientAuthorities = {}): SecureContextOptions {
  const { ca } = clients;
  // An intermediate can be trusted without its root. Which it is, and revocation, are judged after the handshake.
  return { ...CONTEXT_RULES, ...pair, ...(ca && { ca: [...ca], allowPartialTrustChain: true }) };
}

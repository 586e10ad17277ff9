import { readFileSync } from 'node:fs';
import type { TlsOptions } from 'node:tls';

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

/** What is decided once (security page, Transport Security: TLS 1.2 or newer). Session tickets keep Node's own, unshared keys. */
export const TLS_RULES = {
  minVersion: 'TLSv1.2',
  ciphers: CIPHERS,
  honorCipherOrder: true,
  /** A client that opens connections and never finishes the handshake is gone after ten seconds. */
  handshakeTimeout: 10_000,
  ALPNProtocols: ['http/1.1'],
} as const satisfies TlsOptions;

/** What changes when certificates are renewed: also what `server.setSecureContext` takes, together with the rules. */
export function readCertificate(certFile: string, keyFile: string): Pick<TlsOptions, 'cert' | 'key'> {
  return { cert: readFileSync(certFile), key: readFileSync(keyFile) };
}

import { readFileSync } from 'node:fs';
import { createSecureContext, type SecureContext } from 'node:tls';

/** Paths of PEM files. */
export interface RedisTlsFiles {
  /** Authorities that signed the certificate of Redis, instead of those that the system knows. */
  readonly caFile?: string | undefined;
  /** Our own certificate, where Redis asks for one (`tls-auth-clients`), and its key. */
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
}

/** @throws what reading or OpenSSL throws: the files cannot be used, or are no pair. */
export function readRedisTls({ caFile, certFile, keyFile }: RedisTlsFiles): SecureContext {
  const read = (path: string | undefined): string | undefined =>
    path === undefined ? undefined : readFileSync(path, 'utf8');
  return createSecureContext({ minVersion: 'TLSv1.2', ca: read(caFile), cert: read(certFile), key: read(keyFile) });
}

/**
 * The TLS context for each new connection, read from the files as they are then. Files that cannot be used, such as a certificate whose key has not
 * been replaced yet, leave the last good context in use.
 * @throws at the first call only, what {@link readRedisTls} throws
 */
export function followRedisTls(files: RedisTlsFiles, onFailure: (error: unknown) => void): () => SecureContext {
  let last: SecureContext | undefined;
  return () => {
    try {
      last = readRedisTls(files);
    } catch (error) {
      if (last === undefined) throw error;
      onFailure(error);
    }
    return last;
  };
}

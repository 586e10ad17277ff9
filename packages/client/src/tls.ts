import { X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { checkServerIdentity, createSecureContext, type PeerCertificate } from 'node:tls';
import { buildConnector } from 'undici';
import { OjsConfigurationError } from './errors.ts';
import { checkPins, isPinned } from './pins.ts';

/** A client certificate and its key: PEM texts, or the paths of PEM files, which may change at any time. */
export interface ClientCertificate {
  /** The certificate, followed by those of its issuers below the root. */
  cert: string;
  key: string;
}

export interface TlsOptions {
  /** PEM certificates to trust instead of the public ones. */
  readonly ca?: readonly string[] | undefined;
  readonly certificate?: ClientCertificate | undefined;
  /** Of the keys of which the server's certificate chain must hold one: `sha256/…`. */
  readonly pins?: readonly string[] | undefined;
}

const CONNECT_MS = 10_000;

/**
 * Makes connections: the certificate and the name are always verified, and nothing in the environment can weaken that
 * (`NODE_TLS_REJECT_UNAUTHORIZED`, `--tls-min-v1.0`). Certificate files are looked at for each connection, so that a renewed one is used
 * from the next connection on; a pair that cannot be used leaves the last good one in place.
 *
 * @throws {OjsConfigurationError} when a pin or the certificate cannot be used
 */
export function connector({ ca, certificate, pins }: TlsOptions): buildConnector.connector {
  const pinned = pins && checkPins(pins);
  const build = (pair: Pair | undefined): buildConnector.connector =>
    buildConnector({
      ...(ca && { ca: [...ca] }),
      ...(pair && { cert: pair.cert, key: pair.key }),
      ...(pinned && {
        checkServerIdentity: (host: string, peer: PeerCertificate) =>
          checkServerIdentity(host, peer) ?? (isPinned(peer, pinned) ? undefined : unpinned()),
      }),
      rejectUnauthorized: true,
      minVersion: 'TLSv1.2',
      timeout: CONNECT_MS,
      allowH2: false,
    });
  let pair = certificate && readPair(certificate);
  let connect = build(pair);
  return (options, done) => {
    const newer = certificate && newerPair(certificate, pair);
    if (newer !== undefined) {
      pair = newer;
      connect = build(pair);
    }
    connect(options, done);
  };
}

function unpinned(): Error {
  return Object.assign(new Error('none of the pinned keys is in the certificate chain'), { code: 'ERR_OJS_PIN' });
}

interface Pair {
  readonly version: string;
  readonly cert: string;
  readonly key: string;
}

const isText = (value: string): boolean => value.includes('-----BEGIN');
const versionOf = (value: string): string => {
  if (isText(value)) return '';
  const { mtimeMs, ino, size } = statSync(value);
  return `${mtimeMs}/${ino}/${size}`;
};
const textOf = (value: string): string => (isText(value) ? value : readFileSync(value, 'utf8'));

/** @throws {OjsConfigurationError} */
function readPair({ cert, key }: ClientCertificate): Pair {
  try {
    const pair = { version: `${versionOf(cert)} ${versionOf(key)}`, cert: textOf(cert), key: textOf(key) };
    new X509Certificate(pair.cert);
    createSecureContext({ cert: pair.cert, key: pair.key });
    return pair;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new OjsConfigurationError(
      `\`certificate\` is not a pair of PEM texts or files that fit each other (${code})`,
    );
  }
}

function newerPair(certificate: ClientCertificate, pair: Pair | undefined): Pair | undefined {
  try {
    if (`${versionOf(certificate.cert)} ${versionOf(certificate.key)}` === pair?.version) return undefined;
    return readPair(certificate);
  } catch {
    // Half of it may have been replaced: the next connection looks again.
    return undefined;
  }
}

import type { ClientCertificate } from '../identity.ts';
import type { Authority } from './authority.ts';
import { type Certificate, CLIENT_AUTH, readCertificate } from './certificate.ts';
import { Malformed } from './der.ts';
import { findPath, MOST_CERTIFICATES, type Path } from './path.ts';
import { revocationOf } from './revocation.ts';

/** A certificate that is believed. */
export interface Good {
  readonly certificate: ClientCertificate;
  /** When it must be judged anew, in milliseconds since the epoch: something of its path or a revocation list ends then. */
  readonly until: number;
  /** Those between it and what is trusted. */
  readonly intermediates: readonly Certificate[];
}

/** Why a certificate is not believed: for the audit log. */
export interface RefusedCertificate {
  readonly refused: string;
  readonly serial?: string;
  readonly authority?: string;
}

export type Verdict = Good | RefusedCertificate;

/**
 * Whether a client's certificate is believed, and what it says: the same for one that was shown in a handshake and for one that
 * a trusted proxy forwards. Pure.
 *
 * @param chain DER, the client's own first, then what it sent with it
 * @param now milliseconds since the epoch
 * @param known intermediates from elsewhere; trusted for nothing, as those of the chain
 */
export function judge(
  chain: readonly Buffer[],
  authorities: readonly Authority[],
  now: number,
  known?: readonly Certificate[],
): Verdict {
  const path = examine(chain, authorities, now, known);
  return 'refused' in path ? path : verdictOn(path, now);
}

/** All of {@link judge} but revocation: what takes signatures, and stays true while the CAs are the same and nothing of the path ends. */
export function examine(
  chain: readonly Buffer[],
  authorities: readonly Authority[],
  now: number,
  known: readonly Certificate[] = [],
): Path | RefusedCertificate {
  let all: readonly Certificate[];
  try {
    if (chain.length > MOST_CERTIFICATES) return { refused: 'too_many_certificates' };
    all = chain.map(readCertificate);
  } catch (error) {
    if (error instanceof Malformed) return { refused: `certificate ${error.message}` };
    throw error;
  }
  const [leaf, ...others] = all;
  if (leaf === undefined) return { refused: 'no_certificate' };
  const { serial } = leaf;
  const unfit = unfitness(leaf, now);
  if (unfit !== undefined) return { refused: unfit, serial };
  return findPath(leaf, [...others, ...known], authorities, now) ?? { refused: 'unknown_authority', serial };
}

/** The rest: revocation, and what the certificate says. */
export function verdictOn(path: Path, now: number): Verdict {
  const [leaf, ...issuers] = path.certificates;
  const { id: authority, tenant } = path.authority;
  const { serial, thumbprint, names, notAfter } = leaf;
  const revocation = revocationOf(path, now);
  if ('refused' in revocation) return { refused: revocation.refused, serial, authority };
  return {
    certificate: Object.freeze({ thumbprint, serial, authority, tenant, names, notAfter }),
    until: Math.min(revocation.until, endOf(path)),
    intermediates: issuers.slice(0, -1),
  };
}

/** When the first certificate of a path ends, in milliseconds since the epoch. */
export const endOf = ({ certificates }: Path): number => Math.min(...certificates.map(({ notAfter }) => notAfter));

/** What is wrong with a client's certificate whoever issued it. */
function unfitness(leaf: Certificate, now: number): string | undefined {
  const { extendedKeyUsage, keyUsage } = leaf;
  // Node lets all of these four pass, or leaves them to the security level of OpenSSL.
  if (leaf.isAuthority || keyUsage?.keyCertSign) return 'is_an_authority';
  if (extendedKeyUsage === undefined) return 'no_extended_key_usage';
  if (!extendedKeyUsage.has(CLIENT_AUTH)) return 'not_for_clients';
  if (keyUsage?.digitalSignature === false) return 'not_for_signatures';
  if (!leaf.hasStrongKey) return 'weak_key';
  if (!leaf.hasStrongSignature) return 'weak_signature';
  if (leaf.hasUnknownCritical) return 'unknown_critical_extension';
  if (now < leaf.notBefore) return 'not_yet_valid';
  if (now >= leaf.notAfter) return 'expired';
  return undefined;
}

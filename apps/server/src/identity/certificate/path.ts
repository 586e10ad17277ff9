import type { Authority } from './authority.ts';
import { ANY_USAGE, type Certificate, CLIENT_AUTH } from './certificate.ts';

/** From a client's certificate to what is trusted, each issued by the next. */
export interface Path {
  readonly authority: Authority;
  /** The client's own first, the anchor last. */
  readonly certificates: readonly [Certificate, ...Certificate[]];
}

/** Certificates of a path, the trust anchor included. */
export const MOST_CERTIFICATES = 4;

/**
 * Finds the way from the certificate up to an anchor (RFC 5280 §6.1): by names, key identifiers and signatures, through authorities
 * that may sign certificates for clients and are valid now. The nearest anchor decides whose certificate it is.
 *
 * @param others what came with the certificate, in any order; trusted for nothing
 * @param now milliseconds since the epoch
 */
export function findPath(
  leaf: Certificate,
  others: readonly Certificate[],
  authorities: readonly Authority[],
  now: number,
): Path | undefined {
  const between = [...others, ...authorities.flatMap(({ intermediates }) => intermediates)];

  function climb(below: Path['certificates']): Path | undefined {
    const last = below.at(-1) ?? leaf;
    const mayIssue = (issuer: Certificate): boolean => isIssuer(issuer, last, below.length - 1, now);
    for (const authority of authorities) {
      const anchor = authority.anchors.find(mayIssue);
      if (anchor !== undefined) return { authority, certificates: [...below, anchor] };
    }
    if (below.length + 2 > MOST_CERTIFICATES) return undefined;
    for (const each of between) {
      if (below.some(({ key }) => key === each.key) || !each.hasStrongSignature || !mayIssue(each)) continue;
      const path = climb([...below, each]);
      if (path !== undefined) return path;
    }
    return undefined;
  }

  return climb([leaf]);
}

/** @param between how many authorities stand between this issuer and the client's certificate */
function isIssuer(issuer: Certificate, subject: Certificate, between: number, now: number): boolean {
  return (
    issuer.subject.equals(subject.issuer) &&
    issuer.isAuthority &&
    issuer.keyUsage?.keyCertSign !== false &&
    (issuer.pathLength === undefined || between <= issuer.pathLength) &&
    (issuer.extendedKeyUsage === undefined ||
      issuer.extendedKeyUsage.has(CLIENT_AUTH) ||
      issuer.extendedKeyUsage.has(ANY_USAGE)) &&
    !issuer.hasUnknownCritical &&
    issuer.hasStrongKey &&
    now >= issuer.notBefore &&
    now < issuer.notAfter &&
    // Compares the key identifiers too.
    subject.x509.checkIssued(issuer.x509) &&
    subject.x509.verify(issuer.x509.publicKey)
  );
}

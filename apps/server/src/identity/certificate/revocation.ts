import type { Path } from './path.ts';

/** Whether a path holds as far as revocation goes, and until when that may be believed (milliseconds since the epoch). */
export type Revocation = { readonly refused: 'revoked' | 'crl_missing' | 'crl_expired' } | { readonly until: number };

/** Asks the list of each issuer of the path about what it issued. Where a list is required, none is as bad as a stale one: both refuse. */
export function revocationOf({ authority, certificates }: Path, now: number): Revocation {
  const { crl, lists } = authority;
  let until = Number.POSITIVE_INFINITY;
  if (crl === 'none') return { until };
  for (const [at, { serial }] of certificates.slice(0, -1).entries()) {
    const list = lists.get(certificates[at + 1]?.signer ?? '');
    if (list?.revoked.has(serial)) return { refused: 'revoked' };
    if (crl === 'optional') continue;
    if (list === undefined) return { refused: 'crl_missing' };
    if (now >= list.nextUpdate) return { refused: 'crl_expired' };
    until = Math.min(until, list.nextUpdate);
  }
  return { until };
}

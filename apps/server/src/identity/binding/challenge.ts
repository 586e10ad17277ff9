import { PROOF_ALGORITHMS } from './proof-key.ts';

const BEARER = 'Bearer realm="ojs"';
const BOTH = `${BEARER}, DPoP realm="ojs", algs="${PROOF_ALGORITHMS.join(' ')}"`;

/**
 * The value of WWW-Authenticate: the same for every failure, since which it was is nobody's business but the audit log's.
 * @param origins what a proof may be for; without any, none is accepted
 */
export const challengeOf = (origins: readonly string[]): string => (origins.length > 0 ? BOTH : BEARER);

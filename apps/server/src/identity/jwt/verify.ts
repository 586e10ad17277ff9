import { hash } from 'node:crypto';
import type { Subject } from '../../access/decide.ts';
import { networkOf } from '../../network/network-of.ts';
import type { Known, Mechanism, Refused } from '../identity.ts';
import type { IdentityFile } from '../identity-file.ts';
import { isAlgorithm } from './algorithms.ts';
import { Bounded, type Bounds, type Examined, later, once, refusal } from './bounded.ts';
import { type Claims, claimAt } from './claim.ts';
import { bindingOf, isOtherKind, lifetimeOf } from './claims.ts';
import { issuerOf, looksLikeJwt, readCompact, type Unverified } from './compact.ts';
import type { LiveIssuer, LiveIssuers } from './issuers.ts';
import type { VerificationKey } from './jwk.ts';
import { hasRequired, prefixesOf, subjectOf } from './mapping.ts';
import type { Issuer } from './settings.ts';
import { refusalBefore, verifyToken } from './signature.ts';
import { tokenMechanism, type Verdict } from './token-memory.ts';

/** The parts of the identity file that say whose tokens are believed. */
export type Believed = Pick<IdentityFile, 'issuers' | 'introspection'>;

export interface JwtOptions {
  readonly issuers: LiveIssuers;
  /** What is believed now: another object when it changed. */
  readonly believed: () => Believed;
  /** Whether `iss` is this server: its own tokens have a mechanism of their own. */
  readonly isOwnIssuer: (iss: unknown) => boolean;
  /** Whether the policy disabled the principal. */
  readonly isDisabled: (principal: Subject) => boolean;
  /** Hears of each verification of a signature, before it runs. */
  readonly onVerification?: () => void;
  readonly bounds?: Bounds;
  /** Milliseconds since the epoch: by it tokens begin and end. */
  readonly now?: () => number;
  /** Milliseconds of a clock that nobody sets: by it what is remembered ends. */
  readonly steady?: () => number;
}

/** A signature costs a tenth of a millisecond: who keeps sending wrong ones has fifty a second looked at, all of them together two hundred. */
const BOUNDS: Bounds = {
  gate: { concurrency: 4, waiting: 2_048, waitingPerSource: 1_024 },
  rates: {
    pair: { burst: 100, refillMs: 20 },
    source: { burst: 100, refillMs: 20 },
    all: { burst: 500, refillMs: 5 },
  },
};

/** How long a wrong token is known to be wrong. */
const WRONG_MS = 60_000;

/**
 * JSON Web Tokens of the issuers that are believed (RFC 7519, RFC 8725, RFC 9068). What costs nothing is asked first: the form, the
 * issuer, the algorithm, the key; then the signature, within what the source may fail; then the claims.
 */
export function jwts(options: JwtOptions): Mechanism {
  const steady = options.steady ?? (() => performance.now());
  const verifier = new JwtVerifier(options, steady);
  return tokenMechanism({
    isMine: (token) => looksLikeJwt(token) && !options.isOwnIssuer(issuerOf(token)),
    believed: options.believed,
    examine: (token, { sourceIp }) => verifier.examine(token, networkOf(sourceIp)),
    isDisabled: options.isDisabled,
    steady,
  });
}

/** A token, and what may prove it. */
interface Presented {
  readonly token: string;
  readonly issuer: LiveIssuer;
  readonly key: VerificationKey;
  readonly believed: Believed;
}

class JwtVerifier {
  readonly #options: JwtOptions;
  readonly #now: () => number;
  readonly #bounded: Bounded;

  constructor(options: JwtOptions, steady: () => number) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#bounded = new Bounded(options.bounds ?? BOUNDS, steady);
  }

  async examine(token: string, source: string): Promise<Verdict> {
    // As it is now: what is found out holds only as long as it stays so.
    const believed = this.#options.believed();
    const read = readCompact(token);
    if (typeof read === 'string') return once({ refused: read });
    const iss = claimAt(read.claims, 'iss');
    const issuer = typeof iss === 'string' ? this.#options.issuers.find(iss) : undefined;
    if (issuer === undefined) return once({ refused: 'unknown_issuer' });
    const { name } = issuer.settings;
    const why = refusalBefore(issuer.settings, read);
    if (why !== undefined) return once(refusal(why, name));
    const key = await keyFor(issuer, read);
    if ('refused' in key) return once(key);
    return this.#bounded.run(source, name, () => this.#verify({ token, issuer, key, believed }));
  }

  async #verify({ token, issuer, key, believed }: Presented): Promise<Examined> {
    const { settings, keys } = issuer;
    const { name, clockToleranceSeconds } = settings;
    this.#options.onVerification?.();
    const isCurrent = (): boolean => this.#options.believed() === believed && keys.has(key);
    const claims = await verifyToken(token, key.key, settings, this.#now());
    if (typeof claims === 'string') {
      const forMs = claims === 'token_not_yet_valid' ? 0 : WRONG_MS;
      return { answer: refusal(claims, name), forMs, holds: isCurrent, inVain: true };
    }
    const known = knownBy(settings, claims, idOf(token, claims), prefixesOf(believed));
    if ('refused' in known) return { answer: known, forMs: WRONG_MS, holds: isCurrent };
    // Judged as it was at first: in whole seconds, by the time of day.
    const ends = (claims.exp + clockToleranceSeconds) * 1_000;
    const isLive = (): boolean => Math.floor(this.#now() / 1_000) * 1_000 < ends;
    return { answer: known, forMs: ends - this.#now(), holds: () => isLive() && isCurrent() };
  }
}

/** The key that the token names. When it is not known, its issuer is asked, if that was not done just now. */
async function keyFor({ settings, keys }: LiveIssuer, { kid, alg }: Unverified): Promise<VerificationKey | Refused> {
  const { name } = settings;
  let key = keys.find(kid);
  if (key === undefined) {
    await keys.renew();
    key = keys.find(kid);
  }
  if (key !== undefined) return isAlgorithm(alg) && key.algorithms.has(alg) ? key : refusal('wrong_key', name);
  const seconds = keys.unavailableSeconds();
  return seconds > 0 ? later('keys_unavailable', name, 'backend_unavailable', seconds) : refusal('unknown_key', name);
}

/** Who the verified claims say is asking. */
function knownBy(
  settings: Issuer,
  claims: Claims & { exp: number },
  id: string,
  prefixes: readonly string[],
): Known | Refused {
  const { name, maxLifetimeSeconds } = settings;
  const lifetime = lifetimeOf(claims);
  if (lifetime === undefined || lifetime > maxLifetimeSeconds) return refusal('lifetime_too_long', name);
  if (isOtherKind(claims)) return refusal('no_access_token', name);
  if (!hasRequired(settings, claims)) return refusal('required_claim', name);
  const binding = bindingOf(claims);
  if (binding === 'unknown') return refusal('unknown_binding', name);
  const credential = { kind: 'jwt', id: `${name}/${id}` };
  const principal = subjectOf(settings, claims, { credential, expiresAt: claims.exp * 1_000, prefixes });
  if (typeof principal === 'string') return refusal(principal, name);
  return binding === undefined ? { principal } : { principal, binding };
}

/** Which token it was, for the audit log: as its issuer calls it, or by a digest, which gives nobody the token. */
function idOf(token: string, claims: Claims): string {
  const jti = claimAt(claims, 'jti');
  if (typeof jti === 'string' && /^[\x21-\x7e]{8,128}$/.test(jti)) return jti;
  return hash('sha256', token, 'base64url').slice(0, 16);
}

import { hash } from 'node:crypto';
import type { Subject } from '../../access/decide.ts';
import type { AccessLog } from '../../access/log.ts';
import type { Secret } from '../../config/secret.ts';
import { networkOf } from '../../network/network-of.ts';
import type { Send } from '../../outgoing/send.ts';
import type { Known, Mechanism, Refused } from '../identity.ts';
import { Bounded, type Bounds, type Examined, later, once, refusal } from '../jwt/bounded.ts';
import { type Claims, claimAt } from '../jwt/claim.ts';
import { bindingOf } from '../jwt/claims.ts';
import { LONGEST_TOKEN, looksLikeJwt } from '../jwt/compact.ts';
import { prefixesOf, subjectOf } from '../jwt/mapping.ts';
import { tokenMechanism, type Verdict } from '../jwt/token-memory.ts';
import type { Believed } from '../jwt/verify.ts';
import { refusalOf } from './answer.ts';
import { introspect } from './ask.ts';
import type { Introspector } from './settings.ts';

export interface IntrospectionOptions {
  /** What is believed now: another object when it changed. */
  readonly believed: () => Believed;
  readonly send: Send;
  /** The secret OJS_SECRET_NAME. */
  readonly secretOf: (name: string) => Secret | undefined;
  /** Whether the policy disabled the principal. */
  readonly isDisabled: (principal: Subject) => boolean;
  readonly log: AccessLog;
  readonly bounds?: Bounds;
  /** Milliseconds since the epoch: by it tokens begin and end. */
  readonly now?: () => number;
  /** Milliseconds of a clock that nobody sets: by it what is remembered ends. */
  readonly steady?: () => number;
}

/** Each wrong token is a request to somebody else: two a second from one source, ten from all of them. */
const BOUNDS: Bounds = {
  gate: { concurrency: 8, waiting: 256, waitingPerSource: 64 },
  rates: {
    pair: { burst: 20, refillMs: 500 },
    source: { burst: 20, refillMs: 500 },
    all: { burst: 100, refillMs: 100 },
  },
};

/** How long the server is left alone after it failed to answer. */
const FAILED_MS = 1_000;
/** How long a token that is not good is not asked about again. */
const WRONG_MS = 5_000;

/** A token as RFC 6750 §2.1 has it. */
const TOKEN = /^[A-Za-z0-9._~+/-]+=*$/;
const OUR_PREFIX = 'ojs_';

/** Opaque tokens that an authorization server is asked about (RFC 7662). Not keys of ours, and nothing that looks like a JWT. */
export function introspected(options: IntrospectionOptions): Mechanism {
  const steady = options.steady ?? (() => performance.now());
  const asker = new Asker(options, steady);
  const isOpaque = (token: string): boolean =>
    TOKEN.test(token) && token.length <= LONGEST_TOKEN && !token.startsWith(OUR_PREFIX) && !looksLikeJwt(token);
  return tokenMechanism({
    isMine: (token) => options.believed().introspection.length > 0 && isOpaque(token),
    believed: options.believed,
    examine: (token, { sourceIp }) => asker.examine(token, networkOf(sourceIp)),
    isDisabled: options.isDisabled,
    steady,
  });
}

class Asker {
  readonly #options: IntrospectionOptions;
  readonly #now: () => number;
  readonly #steady: () => number;
  readonly #bounded: Bounded;
  #failedUntil = Number.NEGATIVE_INFINITY;
  #isFailing = false;

  constructor(options: IntrospectionOptions, steady: () => number) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#steady = steady;
    this.#bounded = new Bounded(options.bounds ?? BOUNDS, steady);
  }

  async examine(token: string, source: string): Promise<Verdict> {
    // As it is now: what is found out holds only as long as it stays so.
    const believed = this.#options.believed();
    const [settings] = believed.introspection;
    if (settings === undefined) return once({ refused: 'unknown_kind_of_credential' });
    return this.#bounded.run(source, settings.name, () => this.#ask(token, settings, believed));
  }

  async #ask(token: string, settings: Introspector, believed: Believed): Promise<Examined> {
    const answer = this.#steady() < this.#failedUntil ? undefined : await this.#answer(token, settings);
    if (answer === undefined) return once(later('introspection_unavailable', settings.name, 'backend_unavailable', 1));
    const isCurrent = (): boolean => this.#options.believed() === believed;
    const why = refusalOf(settings, answer, this.#now());
    if (why !== undefined)
      return { answer: refusal(why, settings.name), forMs: WRONG_MS, holds: isCurrent, inVain: true };
    const known = knownBy(token, settings, answer, prefixesOf(believed));
    if ('refused' in known) return { answer: known, forMs: WRONG_MS, holds: isCurrent };
    const ends = known.principal.expiresAt ?? 0;
    return { answer: known, forMs: settings.cacheSeconds * 1_000, holds: () => this.#now() < ends && isCurrent() };
  }

  /** Undefined when the server did not answer: then it is left alone for a moment, and nobody gets in. */
  async #answer(token: string, settings: Introspector): Promise<Claims | undefined> {
    try {
      const secret = this.#options.secretOf(settings.secret);
      if (secret === undefined) throw new Error(`there is no secret OJS_SECRET_${settings.secret}`);
      const answer = await introspect(settings, secret, token, this.#options.send);
      this.#isFailing = false;
      return answer;
    } catch (error) {
      this.#failedUntil = this.#steady() + FAILED_MS;
      if (!this.#isFailing) this.#tell(settings, error);
      this.#isFailing = true;
      return undefined;
    }
  }

  #tell({ name }: Introspector, error: unknown): void {
    const why = error instanceof Error ? error.message : 'unknown';
    this.#options.log.error({ introspection: name, why }, 'the authorization server cannot be asked about tokens');
  }
}

function knownBy(token: string, settings: Introspector, answer: Claims, prefixes: readonly string[]): Known | Refused {
  const { name } = settings;
  const binding = bindingOf(answer);
  if (binding === 'unknown') return refusal('unknown_binding', name);
  const credential = { kind: 'introspection', id: `${name}/${hash('sha256', token, 'base64url').slice(0, 16)}` };
  const expiresAt = Number(claimAt(answer, 'exp')) * 1_000;
  const principal = subjectOf(settings, answer, { credential, expiresAt, prefixes });
  if (typeof principal === 'string') return refusal(principal, name);
  return binding === undefined ? { principal } : { principal, binding };
}

import type { Principal } from '@ojs/schema';
import type { Subject } from '../access/decide.ts';

/** What a mechanism may look at: never the body, never the URL. */
export interface Asking {
  /** The value of the Authorization header. */
  readonly authorization?: string | undefined;
  /** How many Authorization headers the request had; more than one is refused. */
  readonly authorizationCount: number;
  /** Address of the socket, or what a trusted proxy says. */
  readonly sourceIp: string;
  /** The connection: what a mechanism remembers of it, it remembers by this object. */
  readonly socket?: unknown;
}

/** A credential that was not accepted. The client learns nothing but the status. */
export interface Refused {
  /** For the audit log only; the answer is always the same. */
  readonly refused: string;
  /**
   * Which answer, where it is not the general 401 `unauthenticated`: `rate_limited` (429) and `backend_unavailable`
   * (503) judge the moment, not the credential, and come with {@link retryAfterSeconds}.
   */
  readonly answer?: 'rate_limited' | 'backend_unavailable';
  /** Whole seconds for the Retry-After header. */
  readonly retryAfterSeconds?: number;
  /** The presented credential, truncated for the audit log (`ojs_prod_…a1b2`). */
  readonly credential?: string;
  /** Whom the credential claims to be, when its record was found: for the audit log, and proven by nothing. */
  readonly claimed?: Principal;
}

export type Identified = { readonly principal: Subject } | Refused;

/**
 * One way to say who is asking. `undefined`: not my kind of credential, ask the next. Synchronous in the warm state, so that
 * a request that was seen before waits for nothing.
 */
export type Mechanism = (asking: Asking) => Promise<Identified | undefined> | Identified | undefined;

const NONE: Refused = { refused: 'no_credential' };
const SEVERAL: Refused = { refused: 'several_credentials' };
const UNKNOWN: Refused = { refused: 'unknown_kind_of_credential' };

/**
 * Asks the mechanisms in turn; the first that knows the kind of credential decides. Two Authorization headers are refused:
 * a proxy and this server could each believe another one. Never throws for what a client sent.
 */
export function identify(mechanisms: readonly Mechanism[], asking: Asking): Promise<Identified> | Identified {
  if (asking.authorizationCount > 1) return SEVERAL;
  return ask(mechanisms, asking, 0);
}

function ask(mechanisms: readonly Mechanism[], asking: Asking, from: number): Promise<Identified> | Identified {
  for (let at = from; at < mechanisms.length; at++) {
    const answer = mechanisms[at]?.(asking);
    if (answer instanceof Promise) return answer.then((late) => late ?? ask(mechanisms, asking, at + 1));
    if (answer !== undefined) return answer;
  }
  return asking.authorization === undefined ? NONE : UNKNOWN;
}

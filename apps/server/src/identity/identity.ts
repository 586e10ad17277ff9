import type { Principal, TenantScope } from '@ojs/schema';
import type { z } from 'zod';
import type { Subject } from '../access/decide.ts';

/** A client certificate that was verified: on this connection, or by a trusted proxy (RFC 9440). */
export interface ClientCertificate {
  /** SHA-256 of its DER, base64url: what `cnf.x5t#S256` names (RFC 8705 §3.1). */
  readonly thumbprint: string;
  /** Upper case hexadecimal. */
  readonly serial: string;
  /** Id of the configured authority that issued it. */
  readonly authority: string;
  /** Which tenants the authority may speak for. */
  readonly tenant: z.infer<typeof TenantScope>;
  readonly names: {
    readonly dns: readonly string[];
    readonly uri: readonly string[];
    readonly email: readonly string[];
  };
  /** Milliseconds since the epoch. */
  readonly notAfter: number;
}

/** The `DPoP` header of a request, and what its proof must be about (RFC 9449 §4.2). One object a request. */
export interface Proof {
  readonly header: string;
  readonly method: string;
  /** As the request line had it, without the query. */
  readonly path: string;
}

/** What a token is worth nothing without: the key of a client certificate (RFC 8705) or of DPoP proofs (RFC 9449). */
export interface Binding {
  readonly kind: 'certificate' | 'dpop';
  /** `x5t#S256` of the certificate, or the JWK thumbprint (RFC 7638). */
  readonly thumbprint: string;
}

/** What a mechanism may look at: never the body, never the query. */
export interface Asking {
  /** The value of the Authorization header. */
  readonly authorization?: string | undefined;
  /** How many Authorization headers the request had; more than one is refused. */
  readonly authorizationCount: number;
  /** Address of the socket, or what a trusted proxy says. */
  readonly sourceIp: string;
  /** The connection: what a mechanism remembers of it, it remembers by this object. */
  readonly socket?: unknown;
  readonly certificate?: ClientCertificate | undefined;
  readonly proof?: Proof | undefined;
  /** A browser sent it for a page of somebody else: what it adds by itself, such as a certificate, nobody meant. */
  readonly isCrossSite?: boolean;
}

/** A credential that was not accepted. The client learns nothing but the status. */
export interface Refused {
  /** For the audit log only; the answer is always the same. */
  readonly refused: string;
  /**
   * Which answer, where it is not the general 401 `unauthenticated`: `rate_limited` (429) and `backend_unavailable`
   * (503) judge the moment, not the credential, and come with {@link retryAfterSeconds}. `permission_denied` (403): each credential
   * is good, the request is not.
   */
  readonly answer?: 'rate_limited' | 'backend_unavailable' | 'permission_denied';
  /** Whole seconds for the Retry-After header. */
  readonly retryAfterSeconds?: number;
  /** The presented credential, truncated for the audit log (`ojs_prod_…a1b2`). */
  readonly credential?: string;
  /** Whom the credential claims to be, when its record was found: for the audit log, and proven by nothing. */
  readonly claimed?: Principal;
}

/** Who a credential says is asking, and what it is bound to, which is still to be proven. */
export interface Known {
  readonly principal: Subject;
  readonly binding?: Binding;
}

export type Identified = Known | Refused;

/**
 * One way to say who is asking. `undefined`: not my kind of credential, ask the next. Synchronous in the warm state, so that
 * a request that was seen before waits for nothing.
 */
export type Mechanism = (asking: Asking) => Promise<Identified | undefined> | Identified | undefined;

/** Every way to say who is asking. */
export interface Mechanisms {
  /** For the Authorization header: the first that knows the kind of credential decides. */
  readonly header: readonly Mechanism[];
  /** For the client certificate. */
  readonly certificate?: Mechanism;
  /**
   * Whether the credential is bound as it must be, and the binding proven.
   * @param isConfirmed the client certificate stands for the same principal
   */
  readonly prove?: (
    asking: Asking,
    known: Known,
    isConfirmed: boolean,
  ) => Refused | undefined | Promise<Refused | undefined>;
}

import { randomBytes } from 'node:crypto';
import type { Narrowing } from '@ojs/schema';
import { SignJWT } from 'jose';
import type { Lineage, Subject } from '../../access/decide.ts';
import type { Binding } from '../identity.ts';
import { Claims, MOST_PARENTS } from './claims.ts';
import type { KnownKeys } from './known-keys.ts';
import { NothingLeft, narrow } from './narrow.ts';
import { scopeOf } from './scope.ts';
import { issuerOf, LONGEST_MS, type TokenSettings } from './settings.ts';
import { ALGORITHM } from './signing-keys.ts';

/** What a token is to be. */
export interface IssueRequest {
  /** Whose rights it has, never more: a principal as a mechanism found it. */
  readonly of: Subject;
  /** Less than what `of` may. */
  readonly narrowed?: Narrowing | undefined;
  /** One tenant, where `of` spans all. */
  readonly tenant?: string | undefined;
  /** The only worker that it may act as. */
  readonly worker?: string | undefined;
  /** Whether a second factor was proven for it. Default: no, whatever `of` proved. */
  readonly mfa?: boolean | undefined;
  /** What it is worth nothing without. */
  readonly binding?: Binding | undefined;
  /** Default: the setting; at most an hour, and never longer than `of`. */
  readonly lifetimeMs?: number | undefined;
}

/** A token, to be shown once. */
export interface Issued {
  readonly token: string;
  readonly jti: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  /** Whole seconds, rounded down. */
  readonly expiresIn: number;
  /** All that it is narrowed to, by this request and those before. */
  readonly narrowed: Narrowing;
}

export type Issue = (request: IssueRequest) => Promise<Issued>;

/** Why no token can be made. Names what was asked for, never a credential. */
export class CannotIssue extends Error {
  override readonly name = 'CannotIssue';
  readonly reason: 'expired' | 'too_deep' | 'too_large' | 'other_worker' | 'other_tenant' | 'nothing_left';

  constructor(reason: CannotIssue['reason'], message: string) {
    super(message);
    this.reason = reason;
  }
}

/** A token must fit into a header beside others. */
const CHARS = 6_000;
/** An answer of introspection is not believed for long, and neither is what was made of it. */
const OF_INTROSPECTION_MS = 60_000;

export interface IssuerOptions {
  readonly keys: KnownKeys;
  readonly settings: () => TokenSettings;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

/**
 * Issues tokens (RFC 9068). What is issued never has more rights than `of` has, nor lasts longer; it ends with the credential with
 * which everything began, and with each token it came of.
 * @throws {CannotIssue} (rejects), {UnreadableKeys} and what Redis throws
 */
export function tokenIssuer({ keys, settings, now = Date.now }: IssuerOptions): Issue {
  return async (request) => {
    const { of, binding } = request;
    const at = now();
    const { root, parents } = lineageOf(of);
    const exp = Math.floor(endOf(request, settings(), at) / 1_000);
    const iat = Math.floor(at / 1_000);
    if (exp * 1_000 <= at || exp <= iat)
      throw new CannotIssue('expired', 'the credential ends before a token could begin');
    const narrowed = narrower(of.narrowed, request.narrowed);
    const isLent = of.lent ?? Object.keys(request.narrowed ?? {}).length > 0;
    const jti = randomBytes(16).toString('base64url');
    const iss = issuerOf(settings());
    const scope = scopeOf(narrowed);
    const worker = workerOf(request);
    const claims: Claims = {
      ...{ iss, aud: iss, sub: of.id, client_id: root.id, jti, iat, exp },
      ...(scope !== undefined && { scope }),
      ...(binding && { cnf: cnfOf(binding) }),
      ojs: {
        tenant: tenantOf(request),
        plane: of.plane,
        roles: of.roles,
        ...(of.queues && { queues: [...of.queues] }),
        grants: of.grants,
        ...(Object.keys(narrowed).length > 0 && { narrowed }),
        ...(isLent && { lent: true as const }),
        ...(worker !== undefined && { worker }),
        mfa: request.mfa ?? false,
        root,
        parents,
      },
    };
    const { kid, key } = await keys.signer();
    // What two narrowings have in common can be more patterns than either had.
    const checked = Claims.safeParse(claims);
    if (!checked.success) throw tooLarge();
    const token = await new SignJWT(checked.data).setProtectedHeader({ alg: ALGORITHM, typ: 'at+jwt', kid }).sign(key);
    if (token.length > CHARS) throw tooLarge();
    return { token, jti, expiresAt: exp * 1_000, expiresIn: Math.floor((exp * 1_000 - at) / 1_000), narrowed };
  };
}

const tooLarge = (): CannotIssue =>
  new CannotIssue('too_large', 'the token would be too large: name fewer queues or types');

/** What a token of the subject comes of. */
function lineageOf({ credential, tenant, lineage, vouchedBy, grounds }: Subject): {
  root: Lineage['root'];
  parents: string[];
} {
  if (lineage === undefined) {
    if (credential.kind === 'token') throw new Error('a token that does not say what it came of');
    const by = { ...(vouchedBy !== undefined && { vouchedBy }), ...(grounds !== undefined && { grounds }) };
    return { root: { ...credential, tenant, ...by }, parents: [] };
  }
  const parents = [...lineage.parents, credential.id];
  if (parents.length > MOST_PARENTS) {
    throw new CannotIssue(
      'too_deep',
      `a token can be exchanged ${MOST_PARENTS} times: use the one that this one came of`,
    );
  }
  return { root: lineage.root, parents };
}

function endOf({ of, lifetimeMs }: IssueRequest, settings: TokenSettings, now: number): number {
  const most = of.credential.kind === 'introspection' ? OF_INTROSPECTION_MS : LONGEST_MS;
  const lifetime = Math.min(lifetimeMs ?? settings.lifetimeSeconds * 1_000, most);
  return Math.min(now + lifetime, of.expiresAt ?? Number.POSITIVE_INFINITY);
}

function narrower(held: Narrowing | undefined, asked: Narrowing | undefined): Narrowing {
  try {
    return narrow(held, asked);
  } catch (error) {
    if (error instanceof NothingLeft) throw new CannotIssue('nothing_left', error.message);
    throw error;
  }
}

function tenantOf({ of, tenant = of.tenant }: IssueRequest): string {
  if (of.tenant === '*' || of.tenant === tenant) return tenant;
  throw new CannotIssue('other_tenant', 'the credential belongs to another tenant');
}

function workerOf({ of, worker }: IssueRequest): string | undefined {
  if (of.worker === undefined || worker === undefined || of.worker === worker) return of.worker ?? worker;
  throw new CannotIssue('other_worker', 'the credential may act as another worker only');
}

const cnfOf = ({ kind, thumbprint }: Binding): NonNullable<Claims['cnf']> =>
  kind === 'dpop' ? { jkt: thumbprint } : { 'x5t#S256': thumbprint };

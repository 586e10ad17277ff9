import { type Plane, PrincipalId, QueuePattern, TenantId } from '@ojs/schema';
import { z } from 'zod';
import type { Subject } from '../../access/decide.ts';
import { digestOf } from '../digest-of.ts';
import { MOST_SCOPES } from '../scope-word.ts';
import { type ClaimPath, type Claims, claimAt, textsAt } from './claim.ts';
import type { Mapping } from './mapping-settings.ts';
import { ceilingOf, scopesOf } from './scopes.ts';

/** What of a principal is not in its claims. */
export interface Voucher {
  /** `jwt` or `introspection`, and which token. */
  readonly credential: { readonly kind: string; readonly id: string };
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  /** The beginnings of principal ids that belong to issuers. */
  readonly prefixes: readonly string[];
}

/** Claims that cannot be mapped; the message is the reason for the audit log. */
class Unmapped extends Error {}

/** Everybody who vouches for tokens. */
type Vouchers = Readonly<Record<'issuers' | 'introspection', readonly Mapping[]>>;

const MOST_QUEUES = 1_000;

/** What stands before the principal's name: by default nobody is mistaken for a principal of the policy, a key or another issuer. */
const prefixOf = ({ name, principalPrefix }: Mapping): string => principalPrefix ?? `${name}/`;

const VOUCHER = 'issuer:';

const grounds = new WeakMap<Mapping, string>();

/** All that the settings say of an issuer: another text when any of it is another. */
function groundsOf(mapping: Mapping): string {
  const text = grounds.get(mapping) ?? digestOf(mapping);
  grounds.set(mapping, text);
  return text;
}

/**
 * Whether a `vouchedBy` names somebody who vouches for tokens, and whether that one is believed now; undefined: it names somebody else.
 * @param on absent: on whatever grounds
 */
export function isVouchedFor(believed: Vouchers, voucher: string, on?: string): boolean | undefined {
  if (!voucher.startsWith(VOUCHER)) return undefined;
  const mapping = [...believed.issuers, ...believed.introspection].find(({ name }) => VOUCHER + name === voucher);
  return mapping !== undefined && (on === undefined || groundsOf(mapping) === on);
}

/** The beginnings of principal ids that belong to somebody who vouches for tokens. */
export const prefixesOf = (believed: Vouchers): string[] =>
  [...believed.issuers, ...believed.introspection].map(prefixOf);

/** Whether a token's claims are more than anybody needs; asked before its signature is. */
export function isTooMuch(mapping: Mapping, claims: Claims): boolean {
  const count = (path: ClaimPath): number => textsAt(claims, path)?.length ?? 0;
  const { scope, queues, roles } = mapping;
  return (
    (scope !== 'ignored' && scopesOf(textsAt(claims, scope.claim) ?? []).length > MOST_SCOPES) ||
    (!Array.isArray(queues) && count(queues.claim) > MOST_QUEUES) ||
    (!Array.isArray(roles) && count(roles.claim) > MOST_QUEUES)
  );
}

/**
 * Who the claims say is asking, as the issuer's mapping has it. Frozen: decisions about it are remembered by its identity.
 * @returns why they say nobody, for the audit log.
 */
export function subjectOf(mapping: Mapping, claims: Claims, voucher: Voucher): Subject | string {
  try {
    const { scope, mfa } = mapping;
    const narrowed = scope === 'ignored' ? undefined : ceiling(claims, scope);
    const isOne = (path: string, accepted: readonly string[]): boolean =>
      (textsAt(claims, path) ?? []).some((value) => accepted.includes(value));
    return Object.freeze({
      id: principalOf(mapping, claims, voucher.prefixes),
      tenant: tenantOf(mapping, claims),
      plane: planeOf(mapping, claims),
      roles: rolesOf(mapping, claims),
      grants: [],
      queues: queuesOf(mapping, claims),
      credential: voucher.credential,
      mfa: isOne('amr', mfa.amr) || isOne('acr', mfa.acr),
      expiresAt: voucher.expiresAt,
      vouchedBy: VOUCHER + mapping.name,
      grounds: groundsOf(mapping),
      ...(narrowed && { narrowed }),
    });
  } catch (error) {
    if (error instanceof Unmapped) return error.message;
    throw error;
  }
}

/** Whether every claim is there that must be, with a value that it must have. */
export function hasRequired({ requiredClaims }: Mapping, claims: Claims): boolean {
  return Object.entries(requiredClaims).every(([name, wanted]) => {
    const values = [claimAt(claims, name)].flat();
    return [wanted].flat().some((each) => values.includes(each));
  });
}

function principalOf(mapping: Mapping, claims: Claims, prefixes: readonly string[]): string {
  const name = claimAt(claims, mapping.principal.claim);
  if (typeof name !== 'string' || name === '') throw new Unmapped('no_principal');
  const prefix = prefixOf(mapping);
  const id = PrincipalId.safeParse(prefix + name);
  if (!id.success) throw new Unmapped('malformed_principal');
  // The longest beginning decides whose principal it is.
  if (prefixes.some((other) => other.length > prefix.length && id.data.startsWith(other)))
    throw new Unmapped('principal_of_another_issuer');
  return id.data;
}

function tenantOf({ tenant }: Mapping, claims: Claims): Subject['tenant'] {
  if (typeof tenant === 'string') return tenant;
  const value = claimAt(claims, tenant.claim);
  if (typeof value !== 'string') throw new Unmapped('no_tenant');
  if ('map' in tenant) return mapped(tenant.map, value) ?? refuse('tenant_not_allowed');
  const isAllowed = tenant.allow.some((each) =>
    each.endsWith('*') ? value.startsWith(each.slice(0, -1)) : each === value,
  );
  return isAllowed && TenantId.safeParse(value).success ? value : refuse('tenant_not_allowed');
}

function planeOf({ plane }: Mapping, claims: Claims): Plane {
  if (typeof plane === 'string') return plane;
  const planes = new Set(valuesOf(claims, plane.claim).flatMap((value) => mapped(plane.map, value) ?? []));
  const [only, ...others] = planes;
  // A token of two planes would undo what planes are for.
  return only !== undefined && others.length === 0 ? only : refuse('no_single_plane');
}

function rolesOf({ roles }: Mapping, claims: Claims): string[] {
  if (Array.isArray(roles)) return roles;
  const values = valuesOf(claims, roles.claim);
  const found = values.flatMap((value) =>
    'map' in roles ? (mapped(roles.map, value) ?? []) : roles.allow.includes(value) ? [value] : [],
  );
  return [...new Set(found)];
}

function queuesOf({ queues }: Mapping, claims: Claims): string[] {
  if (Array.isArray(queues)) return queues;
  const patterns = z.array(QueuePattern).max(MOST_QUEUES).safeParse(valuesOf(claims, queues.claim));
  return patterns.success ? patterns.data : refuse('malformed_queues');
}

/** A claim that is there is a ceiling, whatever it holds; one that is absent is none, unless it is required. */
function ceiling(
  claims: Claims,
  { claim, required }: Exclude<Mapping['scope'], 'ignored'>,
): Subject['narrowed'] | undefined {
  if (claimAt(claims, claim) === undefined) return required ? refuse('no_scope') : undefined;
  const scopes = scopesOf(valuesOf(claims, claim));
  return scopes.length > MOST_SCOPES ? refuse('too_many_claims') : ceilingOf(scopes);
}

const valuesOf = (claims: Claims, path: ClaimPath): readonly string[] =>
  textsAt(claims, path) ?? refuse('malformed_claim');

const mapped = <T>(map: Readonly<Record<string, T>>, value: string): T | undefined =>
  Object.hasOwn(map, value) ? map[value] : undefined;

function refuse(why: string): never {
  throw new Unmapped(why);
}

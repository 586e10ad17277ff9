import type { CredentialKind, Grant, Permission, Plane } from '@ojs/schema';
import { PLANE_PERMISSIONS, type Policy } from '../../access/decide.ts';
import type { KeyWord } from '../api-key/key.ts';
import { CredentialRefusal } from './refusal.ts';

/** What a new credential is to be. Times in milliseconds since the epoch. */
export interface Draft {
  readonly kind: CredentialKind;
  readonly plane: Plane;
  readonly roles: readonly string[];
  readonly principal: string;
  /** `*` spans all tenants. */
  readonly tenant: string;
  readonly queues: readonly string[];
  readonly grants?: readonly Grant[];
  readonly notBefore?: number;
  readonly expiresAt?: number;
  readonly label?: string;
}

/** Roles of people who operate the system: their credentials live on the admin plane alone. */
const ADMIN_PLANE_ROLES: readonly string[] = ['operator', 'admin'];

/**
 * Checks a credential that is to be made, or is changed to this: its roles exist, and nothing of it goes beyond its plane.
 * @throws {CredentialRefusal}
 */
export function checkDraft(policy: Policy, draft: Draft, now: number): void {
  const { kind, plane, roles, grants = [], notBefore = 0, expiresAt = Number.POSITIVE_INFINITY } = draft;
  if (kind === 'registration' && plane !== 'worker') {
    throw invalid('plane', 'a registration secret is for workers: choose the plane worker');
  }
  for (const role of roles) checkRole(policy, role, plane);
  for (const { effect, permissions } of grants) {
    const beyond = effect === 'allow' ? beyondPlane(permissions, plane) : [];
    if (beyond.length > 0) throw invalid('grants', `a ${plane} credential never has ${beyond.join(', ')}`);
  }
  if (expiresAt <= now) throw invalid('expires_at', 'must be in the future');
  if (notBefore >= expiresAt) throw invalid('not_before', 'must be before expires_at');
}

function checkRole(policy: Policy, role: string, plane: Plane): void {
  if (!Object.hasOwn(policy.roles, role)) {
    throw invalid('roles', `no role ${role} exists; there are ${Object.keys(policy.roles).join(', ')}`);
  }
  const beyond = beyondPlane(policy.roles[role] ?? [], plane);
  if (plane === 'admin' || (beyond.length === 0 && !ADMIN_PLANE_ROLES.includes(role))) return;
  const why = beyond.length > 0 ? `has ${beyond.join(', ')}, which a ${plane} key never has` : 'operates the system';
  throw invalid('plane', `role ${role} ${why}; choose another plane or another role`);
}

/** The second part of the credential's key. Pure, also where a role does not exist any more. */
export function wordOf(policy: Policy, { kind, plane, roles }: Pick<Draft, 'kind' | 'plane' | 'roles'>): KeyWord {
  if (kind === 'client') return 'client';
  if (kind === 'registration') return 'reg';
  if (plane === 'producer') return 'prod';
  if (plane === 'worker') return 'work';
  const administers = roles.some((role) => Object.hasOwn(policy.roles, role) && policy.roles[role]?.includes('admin'));
  return administers ? 'admin' : 'oper';
}

const beyondPlane = (permissions: readonly Permission[], plane: Plane): Permission[] =>
  permissions.filter((permission) => !PLANE_PERMISSIONS[plane].includes(permission));

const invalid = (field: string, says: string): CredentialRefusal =>
  new CredentialRefusal('invalid', 'custom', says, field);

import {
  Grant,
  PERMISSIONS,
  type Permission,
  Permission as PermissionName,
  PrincipalId,
  RoleName,
  TenantScope,
} from '@ojs/schema';
import { z } from 'zod';
import { placesOf } from '../config/issue-words.ts';
import { parseJsonText } from '../config/json-text.ts';
import { BadFile } from '../config/watched-file.ts';
import type { Policy } from './decide.ts';

type Roles = Readonly<Record<string, readonly Permission[]>>;

/** Role tables to begin with; a policy may add roles or replace these. */
export const PRESETS = {
  /** The security page's Role-Based Model. */
  page: {
    producer: ['enqueue', 'inspect'],
    worker: ['dequeue', 'inspect'],
    operator: ['enqueue', 'dequeue', 'cancel', 'inspect'],
    admin: PERMISSIONS,
  },
  /** The stricter matrix of ojs-security §7.5. */
  matrix: {
    producer: ['enqueue'],
    worker: ['dequeue'],
    operator: ['enqueue', 'cancel', 'inspect'],
    admin: PERMISSIONS,
  },
} as const satisfies Record<string, Roles>;

/** What `OJS_POLICY_FILE` holds. Unknown attributes are refused: a misspelt `deny` must not be silence. */
export const PolicyFile = z.strictObject({
  /** Default: the security page's table. */
  preset: z.enum(['page', 'matrix']).default('page'),
  /** Roles beside those of the preset, or instead of the one with the same name. */
  roles: z.record(RoleName, z.array(PermissionName)).default({}),
  principals: z
    .record(
      PrincipalId,
      z.strictObject({
        tenant: TenantScope.optional(),
        roles: z.array(RoleName).default([]),
        grants: z.array(Grant).default([]),
        disabled: z.boolean().default(false),
      }),
    )
    .default({}),
});
export type PolicyFile = z.infer<typeof PolicyFile>;

/** A policy that cannot be used. The message has every mistake, by place and rule, and none of the values. */
export class BadPolicy extends BadFile {
  override readonly name = 'BadPolicy';
}

/** The policy without a file: the security page's four roles, nobody has more. */
export const DEFAULT_POLICY: Policy = policyOf(PolicyFile.parse({}));

/**
 * Reads a policy from JSON text.
 * @throws {BadPolicy} when it is not JSON, breaks a rule, names a role that does not exist, or leaves nobody who could administer.
 */
export function parsePolicy(text: string): Policy {
  const read = parseJsonText(text);
  if ('problem' in read) throw new BadPolicy(`the policy ${read.problem}`);
  const parsed = PolicyFile.safeParse(read.json);
  if (!parsed.success) {
    throw new BadPolicy(placesOf(parsed.error.issues, 'policy', Object.keys(PolicyFile.shape)));
  }
  const policy = policyOf(parsed.data);
  const mistakes = [...unknownRoles(policy), ...lockOut(policy)];
  if (mistakes.length > 0) throw new BadPolicy(mistakes);
  return policy;
}

function policyOf(file: PolicyFile): Policy {
  return { roles: { ...PRESETS[file.preset], ...file.roles }, principals: file.principals };
}

const unknownRoles = ({ roles, principals = {} }: Policy): string[] =>
  Object.entries(principals).flatMap(([id, rules]) =>
    rules.roles
      .filter((role) => !Object.hasOwn(roles, role))
      .map((role) => `principals.${id}.roles: no role ${role} exists`),
  );

const lockOut = ({ roles }: Policy): string[] =>
  Object.values(roles).some((permissions) => permissions.includes('admin'))
    ? []
    : ['roles: no role has the permission admin, so nobody could administer: give it to one'];

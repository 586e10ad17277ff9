import type { Permission } from '@ojs/schema';
import { PLANE_PERMISSIONS, type Policy } from '../access/decide.ts';
import type { Tenants } from '../access/tenants.ts';
import { hashKey } from '../identity/api-key/hash.ts';
import { generateKey, type KeyWord } from '../identity/api-key/key.ts';
import { listCredentials, writeCredential } from '../identity/credential-changes.ts';
import type { CredentialRecord } from '../identity/credential-record.ts';
import type { RedisClient } from '../redis/connect.ts';
import type { CreateRequest } from './keys-arguments.ts';
import { KeyRefusal } from './keys-errors.ts';

/** Roles of people who operate the system: their credentials live on the admin plane alone. */
const ADMIN_PLANE_ROLES: readonly string[] = ['operator', 'admin'];

/**
 * Makes a key and stores its hash.
 * @returns the key, to be shown once, and the record.
 * @throws {KeyRefusal}
 */
export async function createCredential(
  redis: RedisClient,
  tenants: Tenants,
  policy: Policy,
  request: CreateRequest,
  now: number,
): Promise<{ key: string; record: CredentialRecord }> {
  const permissions = permissionsOf(policy, request);
  const key = generateKey(wordOf(request, permissions));
  const { plane, roles, principal, tenant, queues, expiresInMs, label } = request;
  const record: CredentialRecord = {
    id: key.id,
    kind: 'api_key',
    plane,
    principal,
    tenant,
    roles: [...roles],
    queues: [...queues],
    grants: [],
    secrets: [await hashKey(key.text)],
    createdAt: now,
    ...(expiresInMs === undefined ? {} : { expiresAt: now + expiresInMs }),
    ...(label === undefined ? {} : { label }),
  };
  // Registered before the record, so that a later change for all tenants finds it.
  if (tenant !== '*') await tenants.ensure(tenant);
  await write(redis, record);
  return { key: key.text, record };
}

async function write(redis: RedisClient, record: CredentialRecord): Promise<void> {
  for (let round = 0; round < 20; round++) {
    const { version, records, unreadable } = await listCredentials(redis);
    if (records.some(({ id }) => id === record.id) || unreadable.includes(record.id)) {
      throw new KeyRefusal('the id of the new key exists already: run the command again');
    }
    if (await writeCredential(redis, version, record)) return;
  }
  throw new KeyRefusal('other credentials keep changing at the same time: run the command again');
}

/** What the roles give under the policy. @throws {KeyRefusal} when a role does not exist or does not fit the plane. */
function permissionsOf(policy: Policy, { roles, plane }: CreateRequest): ReadonlySet<Permission> {
  const permissions = new Set<Permission>();
  for (const role of roles) {
    if (!Object.hasOwn(policy.roles, role)) {
      throw new KeyRefusal(`--role: no role ${role} exists; there are ${Object.keys(policy.roles).join(', ')}`);
    }
    const given = policy.roles[role] ?? [];
    const beyond = given.filter((permission) => !PLANE_PERMISSIONS[plane].includes(permission));
    if (plane !== 'admin' && (ADMIN_PLANE_ROLES.includes(role) || beyond.length > 0)) {
      const why =
        beyond.length > 0 ? ` has ${beyond.join(', ')}, which a ${plane} key never has` : ' operates the system';
      throw new KeyRefusal(`--plane: role ${role}${why}; choose another plane or another role`);
    }
    for (const permission of given) permissions.add(permission);
  }
  return permissions;
}

function wordOf({ plane }: CreateRequest, permissions: ReadonlySet<Permission>): KeyWord {
  if (plane === 'producer') return 'prod';
  if (plane === 'worker') return 'work';
  return permissions.has('admin') ? 'admin' : 'oper';
}

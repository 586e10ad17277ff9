import type { RedisClient } from '../redis/connect.ts';
import { systemSpace } from '../redis/keyspace.ts';
import type { CredentialRecord } from './credential-record.ts';
import { parseRecord } from './credential-store.ts';

/** All credentials as they were at one version. */
export interface CredentialList {
  readonly version: string;
  readonly records: readonly CredentialRecord[];
  /** Ids whose records cannot be read. */
  readonly unreadable: readonly string[];
}

/** Writes the record, counts the change and announces it, if nothing was changed since the version; in one step. */
const WRITE = `
local version = redis.call('GET', KEYS[2]) or '0'
if version ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], ARGV[2], ARGV[3])
redis.call('INCR', KEYS[2])
redis.call('PUBLISH', ARGV[4], ARGV[2])
return 1`;

/** The same without counting or announcing it. */
const REWRITE = `
local version = redis.call('GET', KEYS[2]) or '0'
if version ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], ARGV[2], ARGV[3])
return 1`;

/** How many are read and parsed at a time: everybody else has a turn before the next ones. */
const AT_A_TIME = 200;

/** Reads all credentials, in no order. The version first: a change meanwhile is then noticed by {@link writeCredential}. */
export async function listCredentials(redis: RedisClient): Promise<CredentialList> {
  const version = (await redis.get(systemSpace.accessVersion)) ?? '0';
  // Redis may give one twice.
  const all = new Map<string, CredentialRecord | undefined>();
  let cursor = '0';
  do {
    const [next, flat] = await redis.hscan(systemSpace.credentials, cursor, 'COUNT', AT_A_TIME);
    for (let at = 0; at + 1 < flat.length; at += 2) all.set(flat[at]!, parseRecord(flat[at]!, flat[at + 1]!));
    cursor = next;
  } while (cursor !== '0');
  const records = [...all.values()].filter((record) => record !== undefined);
  return { version, records, unreadable: [...all].flatMap(([id, record]) => (record === undefined ? [id] : [])) };
}

/** One credential, as it was at one version of all. */
export async function readCredential(
  redis: RedisClient,
  id: string,
): Promise<{ version: string; found: CredentialRecord | 'unreadable' | undefined }> {
  const version = (await redis.get(systemSpace.accessVersion)) ?? '0';
  const raw = await redis.hget(systemSpace.credentials, id);
  return { version, found: raw === null ? undefined : (parseRecord(id, raw) ?? 'unreadable') };
}

/**
 * Writes a credential that was made or changed on the grounds of what was read at `version`.
 * The caller then raises the epochs of the tenants concerned, in this order.
 * @returns false when any credential changed since: read again.
 */
export async function writeCredential(redis: RedisClient, version: string, record: CredentialRecord): Promise<boolean> {
  const { credentials, accessVersion, accessChannel } = systemSpace;
  const text = JSON.stringify(record);
  return (await redis.eval(WRITE, 2, credentials, accessVersion, version, record.id, text, accessChannel)) === 1;
}

/**
 * Writes a credential that means what it meant before: another hash of the same secret. No server needs to read it anew; whoever changes it at
 * the same moment may put the old hash back, which is good as well.
 * @returns false when any credential changed since `version`
 */
export async function rewriteCredential(
  redis: RedisClient,
  version: string,
  record: CredentialRecord,
): Promise<boolean> {
  const { credentials, accessVersion } = systemSpace;
  return (await redis.eval(REWRITE, 2, credentials, accessVersion, version, record.id, JSON.stringify(record))) === 1;
}

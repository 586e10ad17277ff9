import { loadPolicy } from '../access/policy-file.ts';
import { Tenants } from '../access/tenants.ts';
import type { AuditEvent, AuditLog } from '../audit/audit.ts';
import { BadFile } from '../config/watched-file.ts';
import { listCredentials } from '../identity/credential-changes.ts';
import type { Connections } from '../redis/connect.ts';
import { type CreateRequest, type KeysRequest, parseKeysArguments, UsageError } from './keys-arguments.ts';
import { createCredential } from './keys-create.ts';
import { KeyRefusal } from './keys-errors.ts';
import { listText, shownRecord } from './keys-list.ts';
import { revokeCredential } from './keys-revoke.ts';
import { localUser } from './local-user.ts';

/** What the commands work on. */
export interface KeysEnvironment {
  readonly redis: Connections;
  readonly config: { readonly policyFile?: string | undefined };
  /** Prints a line on standard output. */
  readonly out: (line: string) => void;
  /** Prints a line on standard error. Default: the same as `out`. */
  readonly err?: (line: string) => void;
  /** Must not write to standard output, where a program may read the answer. */
  readonly audit: AuditLog;
}

/**
 * `keys create | list | revoke`, on Redis directly: for the first key, and for whoever can reach Redis anyway. Each change, and each
 * that a rule refused, is in the audit log as `local:<user>`.
 *
 * @param argv what follows `keys`.
 * @returns the exit code: 0 done, 1 refused, 2 not understood.
 * @throws what Redis throws; do not print more than the message.
 */
export async function runKeys(argv: readonly string[], environment: KeysEnvironment): Promise<number> {
  const err = environment.err ?? environment.out;
  try {
    await run(parseKeysArguments(argv), environment);
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof KeyRefusal || error instanceof BadFile)) throw error;
    err(error.message);
    return error instanceof UsageError ? 2 : 1;
  }
}

function run(asked: KeysRequest, environment: KeysEnvironment): Promise<void> {
  if (asked.command === 'create') return create(asked, environment);
  return asked.command === 'list' ? list(asked, environment) : revoke(asked, environment);
}

async function create(
  { request, json }: { request: CreateRequest; json: boolean },
  { redis, config, out, audit }: KeysEnvironment,
): Promise<void> {
  const { plane, roles, queues, principal, tenant } = request;
  const event = { event_type: 'credential.created', ...localUser(), tenant };
  const detail = { plane, roles, queues, for: principal };
  const { key, record } = await orRecord(audit, { ...event, outcome: 'failure', detail }, async () =>
    createCredential(redis.client, new Tenants(redis.client), await loadPolicy(config.policyFile), request, Date.now()),
  );
  audit.record({ ...event, outcome: 'success', detail: { ...detail, credential: `…${record.id.slice(-4)}` } });
  if (json) {
    out(JSON.stringify({ key, ...shownRecord(record, Date.now()) }));
    return;
  }
  out(key);
  out(`Key ${record.id} of ${principal}: shown only now, so store it where the program that uses it reads it.`);
}

async function list({ json }: { json: boolean }, { redis, out }: KeysEnvironment): Promise<void> {
  const { records, unreadable } = await listCredentials(redis.client);
  const keys = records.map((record) => shownRecord(record, Date.now()));
  if (json) {
    out(JSON.stringify({ keys, unreadable }));
    return;
  }
  for (const line of listText(keys)) out(line);
  for (const id of unreadable) out(`${id}: the record cannot be read, so the key is refused`);
}

async function revoke(
  asked: { id: string; force: boolean; json: boolean },
  { redis, config, out, audit }: KeysEnvironment,
): Promise<void> {
  const event = { event_type: 'credential.revoked', ...localUser(), tenant: '*' };
  const detail = { credential: `…${asked.id.slice(-4)}`, force: asked.force };
  const record = await orRecord(audit, { ...event, outcome: 'failure', detail }, async () =>
    revokeCredential(redis.client, new Tenants(redis.client), await loadPolicy(config.policyFile), asked, Date.now()),
  );
  const { principal, tenant } = record;
  audit.record({ ...event, tenant, outcome: 'success', detail: { ...detail, of: principal } });
  if (asked.json) out(JSON.stringify(shownRecord(record, Date.now())));
  else
    out(
      `Key ${record.id} of ${principal} is revoked: it changes nothing any more, and is refused everywhere within a second.`,
    );
}

/** Does it; records the event with the reason where that fails. */
async function orRecord<T>(audit: AuditLog, event: AuditEvent, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const reason = error instanceof KeyRefusal || error instanceof BadFile ? error.message : 'Redis did not do it';
    audit.record({ ...event, detail: { ...event.detail, reason } });
    throw error;
  }
}

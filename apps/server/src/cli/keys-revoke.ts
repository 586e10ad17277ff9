import { decideEverywhere, type Policy } from '../access/decide.ts';
import { bumpEpochs } from '../access/epoch.ts';
import type { Tenants } from '../access/tenants.ts';
import { listCredentials, writeCredential } from '../identity/credential-changes.ts';
import { type CredentialRecord, invalidity, principalOf } from '../identity/credential-record.ts';
import type { RedisClient } from '../redis/connect.ts';
import { KeyRefusal, Unfinished } from './keys-errors.ts';

/**
 * Revokes a key. First the record, then the epochs of the tenants it reached: when this resolves, no server changes anything
 * for it any more (see `Epochs`). A key that is revoked already has its epochs raised again, in case that was cut off.
 * @throws {KeyRefusal} {@link Unfinished}
 */
export async function revokeCredential(
  redis: RedisClient,
  tenants: Tenants,
  policy: Policy,
  { id, force }: { readonly id: string; readonly force: boolean },
  now: number,
): Promise<CredentialRecord> {
  const revoked = await write(redis, policy, id, force, now);
  try {
    await bumpEpochs(redis, revoked.tenant === '*' ? '*' : [revoked.tenant], tenants);
  } catch {
    throw new Unfinished(
      'the key is revoked and will be refused within a second, but what it began may still end: repeat the command when Redis answers',
    );
  }
  return revoked;
}

async function write(
  redis: RedisClient,
  policy: Policy,
  id: string,
  force: boolean,
  now: number,
): Promise<CredentialRecord> {
  for (let round = 0; round < 20; round++) {
    const { version, records, unreadable } = await listCredentials(redis);
    const record = records.find((each) => each.id === id);
    if (record === undefined) throw new KeyRefusal(unknown(unreadable.includes(id)));
    if (record.revokedAt !== undefined) return record;
    if (!force && isLastAdmin(policy, records, record, now)) {
      throw new KeyRefusal(
        'this is the last key that can administer its tenants: create another one first, or repeat the command with --force',
      );
    }
    const revoked = { ...record, revokedAt: now };
    if (await writeCredential(redis, version, revoked)) return revoked;
  }
  throw new KeyRefusal('other credentials keep changing at the same time: run the command again');
}

const unknown = (unreadable: boolean): string =>
  unreadable
    ? 'the record of this key cannot be read, so the key is refused already'
    : 'there is no key with this id: `keys list` shows them';

/** Whether nobody else could administer what this key administers. */
function isLastAdmin(
  policy: Policy,
  records: readonly CredentialRecord[],
  record: CredentialRecord,
  now: number,
): boolean {
  const administers = (each: CredentialRecord): boolean =>
    invalidity(each, now) === undefined && decideEverywhere(policy, principalOf(each), 'admin');
  const others = records.filter(({ id, tenant }) => id !== record.id && (tenant === '*' || tenant === record.tenant));
  return administers(record) && !others.some(administers);
}

import type { Policy, Subject } from '../../access/decide.ts';
import type { RedisClient } from '../../redis/connect.ts';
import { listCredentials, readCredential, writeCredential } from '../credential-changes.ts';
import type { CredentialRecord } from '../credential-record.ts';
import { administersLess, othersAdminister } from './last-admin.ts';
import { checkAdministers, isInReach } from './permit.ts';
import { CredentialRefusal, conflict } from './refusal.ts';

/** Who changes credentials. */
export interface Actor {
  /** As it appears in records. */
  readonly name: string;
  /**
   * Identifies the actor anew, from what is stored at this moment; rejects when it is not admitted any more. Absent: the local
   * command line, for whoever can reach Redis anyway; it may do everything.
   */
  readonly identify?: () => Promise<Subject>;
  /** Break glass: also what leaves nobody to administer. */
  readonly force?: boolean;
}

/** What decisions are made on, and where. */
export interface Ground {
  readonly redis: RedisClient;
  /** The policy in force. */
  readonly policy: () => Policy;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * What a record becomes, for an actor that may know of it; undefined: there is nothing to write.
 * @param subject undefined: the command line
 * @throws {CredentialRefusal}
 */
export type Change = (record: CredentialRecord, subject: Subject | undefined) => CredentialRecord | undefined;

/** How often a change is begun anew while other credentials change. */
const ROUNDS = 20;

/**
 * Changes one credential. Decided on what was read at one version of all credentials, the actor included, and written only if that version
 * still holds: nobody changes anything after its own end, and no two changes undo each other.
 * @returns the record as it is then @throws {CredentialRefusal}
 */
export async function changeCredential(
  ground: Ground,
  actor: Actor,
  id: string,
  change: Change,
): Promise<CredentialRecord> {
  for (let round = 0; round < ROUNDS; round++) {
    const { version, found } = await readCredential(ground.redis, id);
    const subject = await subjectOf(ground, actor);
    if (found === undefined || found === 'unreadable') throw found === undefined ? unknown() : unreadable();
    if (subject !== undefined && !isInReach(subject, found)) throw unknown();
    const after = change(found, subject);
    if (after === undefined) return found;
    if (!actor.force && (await losesLastAdmin(ground, found, after))) throw lastAdmin();
    if (await writeCredential(ground.redis, version, after)) return after;
  }
  throw busy();
}

/**
 * Writes a new credential in the same way.
 * @param check whether the actor may @throws {CredentialRefusal}
 */
export async function addCredential(
  ground: Ground,
  actor: Actor,
  record: CredentialRecord,
  check: (subject: Subject) => void,
): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) {
    const { version, found } = await readCredential(ground.redis, record.id);
    const subject = await subjectOf(ground, actor);
    if (subject !== undefined) check(subject);
    if (found !== undefined) throw conflict('id', 'the id of the new key exists already: ask again');
    if (await writeCredential(ground.redis, version, record)) return;
  }
  throw busy();
}

/** Who the actor is now; undefined: the command line. @throws {CredentialRefusal} when it administers nothing */
export async function subjectOf({ policy }: Pick<Ground, 'policy'>, { identify }: Actor): Promise<Subject | undefined> {
  const subject = await identify?.();
  if (subject !== undefined) checkAdministers(policy(), subject);
  return subject;
}

/**
 * Whether nobody would administer the credential's tenants any more. Read after the record: if it says that others do and one of those
 * has changed, so has the version that the change is written under.
 */
async function losesLastAdmin(
  { redis, policy, now }: Ground,
  before: CredentialRecord,
  after: CredentialRecord,
): Promise<boolean> {
  if (!administersLess(policy(), before, after, now())) return false;
  const { records } = await listCredentials(redis);
  return !othersAdminister(policy(), records, before, now());
}

export const busy = (): CredentialRefusal =>
  conflict('busy', 'other credentials keep changing at the same time: ask again');
const lastAdmin = (): CredentialRefusal =>
  conflict(
    'last_admin',
    'this is the last key that can administer its tenants: create another one first, or, with access to Redis, use the command line with --force',
  );
const unknown = (): CredentialRefusal =>
  new CredentialRefusal('unknown', 'unknown', 'there is no key with this id: list them to see which there are');
const unreadable = (): CredentialRefusal =>
  conflict('unreadable', 'the record of this key cannot be read, so the key is refused already');

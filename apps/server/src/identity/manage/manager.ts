import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientAuthentication, RevocationReason } from '@ojs/schema';
import { bumpEpochs } from '../../access/epoch.ts';
import type { Tenants } from '../../access/tenants.ts';
import { Gate, type GateOptions } from '../api-key/gate.ts';
import { hashKey } from '../api-key/hash.ts';
import { generateKey, type ParsedKey } from '../api-key/key.ts';
import { type CredentialList, listCredentials } from '../credential-changes.ts';
import type { CredentialRecord, StoredSecret } from '../credential-record.ts';
import { type Actor, addCredential, busy, type Change, changeCredential, type Ground, subjectOf } from './change.ts';
import { checkDraft, type Draft, wordOf } from './draft.ts';
import { checkContained, isInReach } from './permit.ts';
import { conflict, Unfinished } from './refusal.ts';
import { checkNotEnded, type Edit, edited, generationOf, revoked, rotated } from './transitions.ts';

export interface ManagerOptions extends Ground {
  readonly tenants: Tenants;
  /** How long a secret that was rotated away is accepted, where the request says nothing. */
  readonly graceMs: number;
  /** scrypt's N of new hashes. */
  readonly cost?: number;
}

/** A record, and the key that is shown once. */
export interface Issued {
  readonly record: CredentialRecord;
  readonly key: string;
}

/** How a credential gets a new secret. Times in milliseconds. */
export interface RotateOptions {
  readonly graceMs?: number | undefined;
  /** null: no end any more; absent: the end stays. */
  readonly expiresAt?: number | null | undefined;
  /** What the actor saw: refused when somebody rotated since. */
  readonly generation?: number | undefined;
  /** When the actor asked: refused when somebody rotated after that moment. */
  readonly since?: number | undefined;
  /** How long to wait before it is written, for others who ask at the same moment: one of them wins. */
  readonly settleMs?: number | undefined;
}

/** How many changes wait for their turn, of everybody and of one actor; more are told so at once. */
const TURNS: GateOptions = { concurrency: 1, waiting: 256, waitingPerSource: 64 };

/**
 * Changes of stored credentials, for the command line and the API alike; how they are decided and written: `change.ts`. One after the other: two at
 * the same time would take each other the ground on which they decide, and many key derivations would hold up everybody who shows a key.
 */
export class CredentialManager {
  readonly #options: ManagerOptions;
  readonly #changes = new Gate(TURNS);
  readonly #derivations = new Gate(TURNS);

  constructor(options: ManagerOptions) {
    this.#options = options;
  }

  /** What the actor administers. @throws {CredentialRefusal} */
  async list(actor: Actor): Promise<CredentialList> {
    const subject = await subjectOf(this.#options, actor);
    const list = await listCredentials(this.#options.redis);
    if (subject === undefined || subject.tenant === '*') return list;
    return { ...list, records: list.records.filter((record) => isInReach(subject, record)), unreadable: [] };
  }

  /** @throws {CredentialRefusal} also where the actor may not know of it */
  get(actor: Actor, id: string): Promise<CredentialRecord> {
    return changeCredential(this.#options, actor, id, () => undefined);
  }

  /** Makes a credential with no more rights than the actor's. @throws {CredentialRefusal} */
  async create(actor: Actor, draft: Draft): Promise<Issued> {
    const key = generateKey(wordOf(this.#options.policy(), draft));
    const record = await this.#add(actor, draft, key.id, async (bare) => ({
      ...bare,
      secrets: [await this.#hash(actor, key)],
    }));
    return { record, key: key.text };
  }

  /**
   * Makes a client of the token endpoint that has no secret: it shows who it is by a key or certificate of its own.
   * @throws {CredentialRefusal}
   */
  register(actor: Actor, draft: Draft, client: ClientAuthentication): Promise<CredentialRecord> {
    return this.#add(actor, { ...draft, kind: 'client' }, generateKey('client').id, async (bare) => ({
      ...bare,
      client,
    }));
  }

  async #add(
    actor: Actor,
    draft: Draft,
    id: string,
    finish: (bare: CredentialRecord) => Promise<CredentialRecord>,
  ): Promise<CredentialRecord> {
    const { tenants, policy, now } = this.#options;
    checkDraft(policy(), draft, now());
    const bare = recordOf(draft, id, actor.name, now());
    const check = checkContained.bind(undefined, policy, bare);
    // Asked before the key derivation too, so that a refusal costs nothing.
    const subject = await subjectOf(this.#options, actor);
    if (subject !== undefined) check(subject);
    const record = await finish(bare);
    // Registered before the record, so that a later change for all tenants finds it.
    if (record.tenant !== '*') await tenants.ensure(record.tenant);
    await inTurn(this.#changes, actor, () => addCredential(this.#options, actor, record, check));
    return record;
  }

  /** Changes what a credential may do, or until when. @throws {CredentialRefusal} */
  async update(actor: Actor, id: string, edit: Edit): Promise<CredentialRecord> {
    const { policy, now } = this.#options;
    const record = await this.#change(actor, id, (before, subject) => {
      checkNotEnded(before, now());
      const after = edited(before, edit);
      checkDraft(policy(), after, now());
      if (subject !== undefined) checkContained(policy, after, subject);
      return after;
    });
    await this.#holdEverywhere(record, 'changed');
    return record;
  }

  /** Gives a credential a new secret; its id stays. @throws {CredentialRefusal} */
  async rotate(actor: Actor, id: string, options: RotateOptions = {}): Promise<Issued> {
    const { policy, now } = this.#options;
    const { graceMs = this.#options.graceMs, expiresAt, since = Number.POSITIVE_INFINITY } = options;
    let { generation } = options;
    const check = (record: CredentialRecord, subject: Parameters<typeof checkContained>[2] | undefined): void => {
      checkNotEnded(record, now());
      if (record.client !== undefined) throw withoutSecret();
      if (subject !== undefined) checkContained(policy, record, subject);
      generation ??= generationOf(record);
      if (generationOf(record) !== generation || (record.rotatedAt ?? 0) > since) throw rotatedMeanwhile();
    };
    const before = await changeCredential(this.#options, actor, id, (record, subject) => {
      check(record, subject);
      return undefined;
    });
    const key = generateKey(wordOf(policy(), before), id);
    const [secret] = await Promise.all([this.#hash(actor, key), sleep(options.settleMs ?? 0)]);
    const record = await this.#change(actor, id, (current, subject) => {
      check(current, subject);
      const after = rotated(current, secret, { graceMs, expiresAt }, now());
      // Its roles are what they were, also where the policy has lost one.
      checkDraft(policy(), { ...after, roles: [] }, now());
      return after;
    });
    // Where the secret before was the only one and lives on, nothing has ended, and requests under way need not be decided anew.
    if (graceMs === 0 || before.secrets.length > 1) await this.#holdEverywhere(record, 'rotated');
    return { record, key: key.text };
  }

  /**
   * Ends a credential for good. When this resolves, no server changes anything for it any more (see `Epochs`). One that is revoked
   * already has its epochs raised again, in case that was cut off.
   * @throws {CredentialRefusal} {@link Unfinished}
   */
  async revoke(actor: Actor, id: string, reason: RevocationReason = 'unspecified'): Promise<CredentialRecord> {
    const record = await this.#change(actor, id, (before) =>
      before.revokedAt === undefined ? revoked(before, reason, this.#options.now()) : undefined,
    );
    await this.#holdEverywhere(record, 'revoked');
    return record;
  }

  #change(actor: Actor, id: string, change: Change): Promise<CredentialRecord> {
    return inTurn(this.#changes, actor, () => changeCredential(this.#options, actor, id, change));
  }

  #hash(actor: Actor, key: ParsedKey): Promise<StoredSecret> {
    return inTurn(this.#derivations, actor, () => hashKey(key.text, this.#options.cost));
  }

  /** What was decided before is refused from now on by the scripts that would do it. @throws {Unfinished} */
  async #holdEverywhere({ tenant }: CredentialRecord, done: string): Promise<void> {
    const { redis, tenants } = this.#options;
    try {
      await bumpEpochs(redis, tenant === '*' ? '*' : [tenant], tenants);
    } catch {
      throw new Unfinished(
        'conflict',
        'unfinished',
        `the key is ${done}, which holds everywhere within a second, but what was begun before may still end: repeat this when Redis answers`,
      );
    }
  }
}

/** @throws {CredentialRefusal} where too many wait already */
async function inTurn<T>(gate: Gate, { name }: Actor, work: () => Promise<T>): Promise<T> {
  const turn = gate.run(name, work);
  if (turn === undefined) throw busy();
  return turn;
}

/** The record of a new credential, without its secret. */
function recordOf(draft: Draft, id: string, createdBy: string, now: number): CredentialRecord {
  const { roles, queues, grants = [], ...rest } = draft;
  return {
    ...rest,
    id,
    roles: [...roles],
    queues: [...queues],
    grants: [...grants],
    secrets: [],
    createdAt: now,
    createdBy,
  };
}

const withoutSecret = () =>
  conflict('client', 'the client has no secret to rotate: register its new key or certificate as another client');

const rotatedMeanwhile = () =>
  conflict('generation', 'the key was rotated meanwhile: read it, then use what that rotation gave, or rotate again');

import type { Policy } from '../access/decide.ts';
import type { AuditEvent, AuditLog } from '../audit/audit.ts';
import type { Actor } from '../identity/manage/change.ts';
import type { CredentialManager, Issued } from '../identity/manage/manager.ts';
import { CredentialRefusal } from '../identity/manage/refusal.ts';
import { shownCredential, toldOf } from '../identity/manage/shown.ts';
import type { KeysRequest } from './keys-arguments.ts';
import { listText } from './keys-list.ts';
import { localUser } from './local-user.ts';

interface Setting {
  readonly manager: CredentialManager;
  readonly policy: Policy;
  readonly out: (line: string) => void;
  /** What is said besides the answer. */
  readonly err: (line: string) => void;
  readonly audit: AuditLog;
}

type Asked<Command extends KeysRequest['command']> = Extract<KeysRequest, { command: Command }>;

/** Each command of `keys`: does it, prints the answer, and records what was changed or refused. */
export class Commands {
  readonly #setting: Setting;

  constructor(setting: Setting) {
    this.#setting = setting;
  }

  run(asked: KeysRequest): Promise<void> {
    switch (asked.command) {
      case 'create':
        return this.#create(asked);
      case 'list':
        return this.#list(asked);
      case 'rotate':
        return this.#rotate(asked);
      case 'revoke':
        return this.#revoke(asked);
    }
  }

  async #create({ draft, json }: Asked<'create'>): Promise<void> {
    const { manager, policy } = this.#setting;
    const { plane, roles, queues, principal, tenant } = draft;
    const event = { event_type: 'credential.created', tenant, detail: { plane, roles, queues, of: principal } };
    const issued = await this.#recorded(event, () => manager.create(ACTOR, draft));
    this.#record({ ...event, outcome: 'success', detail: toldOf(policy, issued.record) });
    this.#show(issued, json, 'shown only now, so store it where the program that uses it reads it.');
  }

  async #list({ json }: Asked<'list'>): Promise<void> {
    const { manager, policy, out } = this.#setting;
    const { records, unreadable } = await manager.list(ACTOR);
    const keys = records.map((record) => shownCredential(policy, record, Date.now()));
    if (json) {
      out(JSON.stringify({ keys, unreadable }));
      return;
    }
    for (const line of listText(keys)) out(line);
    for (const id of unreadable) out(`${id}: the record cannot be read, so the key is refused`);
  }

  async #rotate({ id, json, graceMs, expiresAt }: Asked<'rotate'>): Promise<void> {
    const { manager, policy } = this.#setting;
    const event = { event_type: 'credential.rotated', tenant: '*', detail: { credential: `…${id.slice(-4)}` } };
    const issued = await this.#recorded(event, () => manager.rotate(ACTOR, id, { graceMs, expiresAt }));
    const { record } = issued;
    const { previous_ends_at: ends } = shownCredential(policy, record, Date.now());
    const detail = { ...toldOf(policy, record), previous_ends_at: ends };
    this.#record({ ...event, tenant: record.tenant, outcome: 'success', detail });
    this.#show(issued, json, `shown only now; the one before is ${ends ? `accepted until ${ends}` : 'refused now'}.`);
  }

  async #revoke({ id, reason, force, json }: Asked<'revoke'>): Promise<void> {
    const { manager, policy, out } = this.#setting;
    const detail = { credential: `…${id.slice(-4)}`, reason, force };
    const event = { event_type: 'credential.revoked', tenant: '*', detail };
    const record = await this.#recorded(event, () => manager.revoke({ ...ACTOR, force }, id, reason));
    const { principal, tenant } = record;
    this.#record({ ...event, tenant, outcome: 'success', detail: { ...toldOf(policy, record), reason, force } });
    if (json) out(JSON.stringify(shownCredential(policy, record, Date.now())));
    else
      out(
        `Key ${record.id} of ${principal} is revoked: it changes nothing any more, and is refused everywhere within a second.`,
      );
  }

  #show({ key, record }: Issued, json: boolean, says: string): void {
    const { policy, out, err } = this.#setting;
    if (json) {
      out(JSON.stringify({ key, ...shownCredential(policy, record, Date.now()) }));
      return;
    }
    // The key alone, so that KEY=$(ojs-server keys create …) is all that a script needs.
    out(key);
    err(`Key ${record.id} of ${record.principal}: ${says}`);
  }

  /** Does it; records the event with the reason where that fails. */
  async #recorded<T>(event: Pick<AuditEvent, 'event_type' | 'tenant' | 'detail'>, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const refused = error instanceof CredentialRefusal ? error.message : 'Redis did not do it';
      this.#record({ ...event, outcome: 'failure', detail: { ...event.detail, refused } });
      throw error;
    }
  }

  #record(event: Pick<AuditEvent, 'event_type' | 'tenant' | 'outcome' | 'detail'>): void {
    this.#setting.audit.record({ ...event, ...LOCAL });
  }
}

const LOCAL = localUser();
/** Whoever can reach Redis. */
const ACTOR: Actor = { name: LOCAL.principal };

import { decide, type Policy, type Subject } from '../access/decide.ts';
import { AccessUnavailable, type Epochs } from '../access/epoch.ts';
import type { Rights, RightsOf, Scope } from '../engine/rights.ts';
import { listCredentials } from '../identity/credential-changes.ts';
import { invalidity, principalOf } from '../identity/credential-record.ts';
import type { RedisClient } from '../redis/connect.ts';
import { systemSpace } from '../redis/keyspace.ts';

/** How often the reading is begun anew while access keeps changing. */
const ROUNDS = 10;

/** Credentials by principal, as they were at one version. */
class Holders {
  readonly #redis: RedisClient;
  #version: string | undefined;
  #subjects = new Map<string, Held[]>();
  #loading: Promise<void> | undefined;

  constructor(redis: RedisClient) {
    this.#redis = redis;
  }

  /** The valid credentials of the principal for the tenant. */
  async of(tenant: string, principal: string, now: number): Promise<Subject[]> {
    const version = (await this.#redis.get(systemSpace.accessVersion)) ?? '0';
    if (version !== this.#version) {
      this.#loading ??= this.#load().finally(() => {
        this.#loading = undefined;
      });
      await this.#loading;
      // What was being loaded may be older than the version that was asked for.
      if (this.#version !== version) await this.#load();
    }
    return (this.#subjects.get(principal) ?? [])
      .filter(({ subject, isValid }) => (subject.tenant === tenant || subject.tenant === '*') && isValid(now))
      .map(({ subject }) => subject);
  }

  async #load(): Promise<void> {
    const { version, records } = await listCredentials(this.#redis);
    const subjects = new Map<string, Held[]>();
    for (const record of records) {
      const held = { subject: principalOf(record), isValid: (now: number) => invalidity(record, now) === undefined };
      subjects.set(record.principal, [...(subjects.get(record.principal) ?? []), held]);
    }
    this.#subjects = subjects;
    this.#version = version;
  }
}

interface Held {
  readonly subject: Subject;
  readonly isValid: (now: number) => boolean;
}

/**
 * What an owner may do now: whatever any valid credential of its may. As for a request, the epoch comes first and the credentials
 * and the policy are read after it (see `Epochs`), so that a script refuses what was decided before a revocation.
 */
export function ownersRights(redis: RedisClient, epochs: Epochs, policy: () => Policy): RightsOf {
  const holders = new Holders(redis);
  return async (tenant, owner, scope): Promise<Rights> => {
    const within = scope && subjectOf(owner, scope);
    for (let round = 0; round < ROUNDS; round++) {
      const epoch = await epochs.current(tenant);
      const { version } = epochs;
      const subjects = await holders.of(tenant, owner, Date.now());
      if (epochs.version !== version) continue;
      return {
        epoch,
        may: (permission, queue) =>
          (within === undefined || decide(policy(), within, permission, queue)) &&
          subjects.some((subject) => decide(policy(), subject, permission, queue)),
      };
    }
    throw new AccessUnavailable('access keeps changing');
  };
}

const subjectOf = (id: string, { queues, ...scope }: Scope): Subject => ({
  ...scope,
  id,
  credential: { kind: 'scope', id: '' },
  mfa: false,
  ...(queues && { queues }),
});

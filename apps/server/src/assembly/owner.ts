import { decide, type Policy, type Subject } from '../access/decide.ts';
import { AccessUnavailable, type Epochs } from '../access/epoch.ts';
import type { Rights, RightsOf, Scope } from '../engine/rights.ts';
import { listCredentials } from '../identity/credential-changes.ts';
import { invalidity, principalOf } from '../identity/credential-record.ts';
import type { RedisClient } from '../redis/connect.ts';
import { systemSpace } from '../redis/keyspace.ts';

/** How often the reading is begun anew while access keeps changing. */
const ROUNDS = 10;

/** What is held against a scope, and for it. */
interface Holding {
  /** The valid credentials of the principal for the tenant. */
  readonly subjects: readonly Subject[];
  /** The credential of the scope was revoked because others may have it. */
  readonly isCompromised: boolean;
}

/** Credentials by principal, as they were at one version. */
class Holders {
  readonly #redis: RedisClient;
  #version: string | undefined;
  #subjects = new Map<string, Held[]>();
  #compromised = new Set<string>();
  #loading: Promise<void> | undefined;

  constructor(redis: RedisClient) {
    this.#redis = redis;
  }

  async of(tenant: string, principal: string, credential: string | undefined, now: number): Promise<Holding> {
    const version = (await this.#redis.get(systemSpace.accessVersion)) ?? '0';
    if (version !== this.#version) {
      // What is being loaded already may be older than the version that was asked for; what begins now is not.
      await this.#loading;
      if (this.#version !== version) await this.#loadOnce();
    }
    const subjects = (this.#subjects.get(principal) ?? [])
      .filter(({ subject, isValid }) => (subject.tenant === tenant || subject.tenant === '*') && isValid(now))
      .map(({ subject }) => subject);
    return { subjects, isCompromised: credential !== undefined && this.#compromised.has(credential) };
  }

  /** Once for all who ask at the same time, however many are due. */
  #loadOnce(): Promise<void> {
    this.#loading ??= this.#load().finally(() => {
      this.#loading = undefined;
    });
    return this.#loading;
  }

  async #load(): Promise<void> {
    const { version, records } = await listCredentials(this.#redis);
    const subjects = new Map<string, Held[]>();
    for (const record of records) {
      const held = { subject: principalOf(record), isValid: (now: number) => invalidity(record, now) === undefined };
      const others = subjects.get(record.principal);
      if (others === undefined) subjects.set(record.principal, [held]);
      else others.push(held);
    }
    this.#subjects = subjects;
    this.#compromised = new Set(records.filter(({ revokedReason: why }) => why === 'compromised').map(({ id }) => id));
    this.#version = version;
  }
}

interface Held {
  readonly subject: Subject;
  readonly isValid: (now: number) => boolean;
}

/** What the rights of owners are found out from. */
export interface OwnersRightsOptions {
  readonly redis: RedisClient;
  readonly epochs: Epochs;
  readonly policy: () => Policy;
  /** Whether the issuer or authority is still believed, about this credential too where it can be revoked by itself. */
  readonly believes: (voucher: string, credential: string | undefined) => boolean;
}

/**
 * What an owner may do now: whatever any valid credential of its may, within the scope of the credential that it asked with.
 * - That credential was revoked as compromised: nothing, since it may not have been the owner who asked. For any other reason, or
 *   rotated: the owner's other credentials count.
 * - Nothing of it is stored, an issuer or authority vouched for it: what the scope says, as long as that one is believed.
 *
 * As for a request, the epoch comes first and the credentials and the policy are read after it (see `Epochs`), so that a script refuses
 * what was decided before a revocation.
 */
export function ownersRights({ redis, epochs, policy, believes }: OwnersRightsOptions): RightsOf {
  const holders = new Holders(redis);

  async function judge(tenant: string, owner: string, scope: Scope | undefined): Promise<Rights['may']> {
    const within = scope && subjectOf(owner, scope);
    const inScope: Rights['may'] = (...question) => within === undefined || decide(policy(), within, ...question);
    if (scope?.vouchedBy !== undefined) {
      const { vouchedBy, credential } = scope;
      return (...question) => believes(vouchedBy, credential) && inScope(...question);
    }
    const { subjects, isCompromised } = await holders.of(tenant, owner, scope?.credential, Date.now());
    if (isCompromised) return () => false;
    return (...question) => inScope(...question) && subjects.some((subject) => decide(policy(), subject, ...question));
  }

  return async (tenant, owner, scope): Promise<Rights> => {
    for (let round = 0; round < ROUNDS; round++) {
      const epoch = await epochs.latest(tenant);
      const { version } = epochs;
      const may = await judge(tenant, owner, scope);
      if (epochs.version === version) return { epoch, may };
    }
    throw new AccessUnavailable('access keeps changing');
  };
}

const subjectOf = (id: string, { queues, narrowed, vouchedBy: _, credential: __, ...scope }: Scope): Subject => ({
  ...scope,
  id,
  credential: { kind: 'scope', id: '' },
  mfa: false,
  ...(queues && { queues }),
  ...(narrowed && { narrowed }),
});

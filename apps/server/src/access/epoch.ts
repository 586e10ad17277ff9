import { put } from '../bounded-map.ts';
import type { RedisClient } from '../redis/connect.ts';
import { tenantSpace } from '../redis/keyspace.ts';
import type { Tenants } from './tenants.ts';

/** Redis did not say which access epoch is current. The answer is 503. */
export class AccessUnavailable extends Error {
  override readonly name = 'AccessUnavailable';
}

/**
 * The access epochs of tenants, as this process last saw them.
 *
 * What makes a revocation hold at once: whoever revokes writes the record first, then raises the epoch in the tenant's
 * slot. Whoever decides takes the epoch first and reads records (and the policy) after that. So a decision under the new epoch has seen
 * the revocation, and one under the old epoch is refused by the script that would change something (`StaleAccess`).
 * Hence the rule here: before an epoch enters this memory, everything that was read earlier is made stale (`refresh`), and
 * `version` rises, so that a request which identified before and takes the epoch after notices (`identity/admit.ts`).
 *
 * The tenant is registered before its epoch is read: a revocation for all tenants either finds it registered and raises its
 * epoch, or has written its record before we read it.
 */
export class Epochs {
  readonly #redis: RedisClient;
  readonly #tenants: Tenants;
  readonly #refresh: () => void | Promise<void>;
  readonly #known = new Map<string, string>();
  readonly #loading = new Map<string, Promise<string>>();
  readonly #most: number;
  #version = 0;

  /** @param refresh makes credentials and policy be read anew before they are used again. */
  constructor(redis: RedisClient, tenants: Tenants, refresh: () => void | Promise<void>, most = 10_000) {
    this.#redis = redis;
    this.#tenants = tenants;
    this.#refresh = refresh;
    this.#most = most;
  }

  /** Rises with every epoch that enters: what was identified under another version must be identified again. */
  get version(): number {
    return this.#version;
  }

  /** The epoch, if it is in memory. */
  known(tenant: string): string | undefined {
    return this.#known.get(tenant);
  }

  /**
   * The epoch under which to decide and to change something in the tenant; at once when it is known. When it is a promise, what
   * was identified before it is stale: await it, then identify again.
   * @throws {AccessUnavailable} (rejects) when Redis does not answer.
   */
  current(tenant: string): string | Promise<string> {
    return this.#known.get(tenant) ?? this.#load(tenant);
  }

  /**
   * After `StaleAccess`: the epoch that the script found. Await it, then identify and decide again.
   * An epoch lower than the known one counts too: Redis may have been emptied.
   */
  async learned(tenant: string, epoch: string): Promise<void> {
    if (this.#known.get(tenant) === epoch) return;
    await this.#refresh();
    this.#set(tenant, epoch);
  }

  /**
   * The epoch as Redis has it now: for what is decided without a request. Nobody hears there that a script found it stale.
   * @throws {AccessUnavailable} (rejects) when Redis does not answer.
   */
  async latest(tenant: string): Promise<string> {
    if (this.#known.get(tenant) === undefined) return this.current(tenant);
    const epoch = await this.#ask(tenant);
    await this.learned(tenant, epoch);
    return epoch;
  }

  #load(tenant: string): Promise<string> {
    let loading = this.#loading.get(tenant);
    if (loading === undefined) {
      loading = this.#read(tenant).finally(() => this.#loading.delete(tenant));
      this.#loading.set(tenant, loading);
    }
    return loading;
  }

  async #read(tenant: string): Promise<string> {
    const epoch = await this.#ask(tenant);
    await this.#refresh();
    this.#set(tenant, epoch);
    return epoch;
  }

  async #ask(tenant: string): Promise<string> {
    try {
      await this.#tenants.ensure(tenant);
      return (await this.#redis.get(tenantSpace(tenant).epoch)) ?? '0';
    } catch (error) {
      throw new AccessUnavailable(
        `the access epoch cannot be read: ${error instanceof Error ? error.message : 'unknown'}`,
      );
    }
  }

  #set(tenant: string, epoch: string): void {
    put(this.#known, tenant, epoch, this.#most);
    this.#version++;
  }
}

/**
 * Raises the access epoch of tenants, so that every decision made before is refused by the scripts. Call it after the record
 * or policy was written; what changed holds at once in those tenants when this resolves.
 * @param tenants names, or `*` for every tenant that was ever used.
 */
export async function bumpEpochs(redis: RedisClient, tenants: readonly string[] | '*', all: Tenants): Promise<void> {
  const names = tenants === '*' ? await all.list() : [...tenants];
  for (let at = 0; at < names.length; at += 100) {
    // One by one: tenants live in different cluster slots, which a pipeline cannot cross.
    await Promise.all(names.slice(at, at + 100).map((tenant) => redis.incr(tenantSpace(tenant).epoch)));
  }
}

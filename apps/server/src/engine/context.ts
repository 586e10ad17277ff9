import type { RedisClient } from '../redis/connect.ts';
import { systemSpace, type TenantSpace, tenantSpace } from '../redis/keyspace.ts';
import type { Due } from './due.ts';
import type { EngineObserver } from './observer.ts';
import type { RightsOf } from './rights.ts';
import { type RunScript, redisFailure } from './scripts.ts';
import type { EngineSettings } from './settings.ts';
import type { Seal } from './webhooks/secrets.ts';

/** What every part of the engine is given. */
export interface EngineContext {
  readonly client: RedisClient;
  readonly run: RunScript;
  readonly settings: EngineSettings;
  readonly spaces: Spaces;
  readonly queueOf: QueueIndex;
  readonly due: Due;
  readonly rightsOf: RightsOf;
  readonly observer: Required<EngineObserver>;
  readonly seal: Seal;
}

/** The key spaces of the tenants that this process met, and the tenants that any process met. */
export class Spaces {
  readonly #known = new Map<string, TenantSpace>();
  readonly #registered = new Set<string>();

  of(tenant: string): TenantSpace {
    let space = this.#known.get(tenant);
    if (!space) {
      space = tenantSpace(tenant);
      this.#known.set(tenant, space);
    }
    return space;
  }

  isRegistered(tenant: string): boolean {
    return this.#registered.has(tenant);
  }

  /** Writes down that the tenant exists, before the first job of it: every process sweeps every tenant. */
  async register(client: RedisClient, tenant: string): Promise<void> {
    try {
      await client.sadd(systemSpace.tenants, tenant);
    } catch (error) {
      throw redisFailure(error);
    }
    this.#registered.add(tenant);
  }

  /** The registered ones: whoever merely asks about a tenant must not make us believe that it exists. */
  get tenants(): Iterable<string> {
    return this.#registered;
  }

  /** Meets the tenants that other processes registered. */
  async refresh(client: RedisClient): Promise<void> {
    const count = await client.scard(systemSpace.tenants);
    if (count === this.#registered.size) return;
    for (const tenant of await client.smembers(systemSpace.tenants)) this.#registered.add(tenant);
  }
}

const REMEMBERED = 25_000;

/** In which queue a job is: for ever the same, so memory may answer; scripts find out when the job is gone. */
export class QueueIndex {
  /** Two generations: when the young one is full, the old one is dropped whole. (Deleting a Map's first key again and again is slow.) */
  #young = new Map<string, string>();
  #old = new Map<string, string>();
  readonly #client: RedisClient;
  readonly #spaces: Spaces;

  constructor(client: RedisClient, spaces: Spaces) {
    this.#client = client;
    this.#spaces = spaces;
  }

  remember(tenant: string, id: string, queue: string): void {
    if (this.#young.size >= REMEMBERED) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(`${tenant} ${id}`, queue);
  }

  forget(tenant: string, id: string): void {
    this.#young.delete(`${tenant} ${id}`);
    this.#old.delete(`${tenant} ${id}`);
  }

  #recall(tenant: string, id: string): string | undefined {
    const key = `${tenant} ${id}`;
    return this.#young.get(key) ?? this.#old.get(key);
  }

  async find(tenant: string, ids: readonly string[]): Promise<(string | undefined)[]> {
    const found = ids.map((id) => this.#recall(tenant, id));
    const unknown = ids.filter((_, i) => found[i] === undefined);
    if (unknown.length === 0) return found;
    const read = await this.#read(tenant, unknown);
    return ids.map((id, i) => found[i] ?? read.get(id));
  }

  async #read(tenant: string, ids: readonly string[]): Promise<Map<string, string>> {
    const queues = new Map<string, string>();
    try {
      const answers = await this.#client.hmget(`${this.#spaces.of(tenant).prefix}/index`, ...ids);
      ids.forEach((id, i) => {
        const queue = answers[i];
        if (typeof queue === 'string') queues.set(id, queue);
      });
    } catch (error) {
      throw redisFailure(error);
    }
    for (const [id, queue] of queues) this.remember(tenant, id, queue);
    return queues;
  }
}

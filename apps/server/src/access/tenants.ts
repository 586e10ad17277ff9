import { DEFAULT_TENANT } from '@ojs/schema';
import type { RedisClient } from '../redis/connect.ts';
import { systemSpace } from '../redis/keyspace.ts';

/** The names of all tenants that were ever used, kept in Redis, so that a change for all of them finds them. */
export class Tenants {
  readonly #redis: RedisClient;
  readonly #ensured = new Set<string>();
  readonly #most: number;

  constructor(redis: RedisClient, most = 10_000) {
    this.#redis = redis;
    this.#most = most;
  }

  /** Registers the tenant, once per process, before the first change in it. @throws what Redis throws. */
  ensure(tenant: string): void | Promise<void> {
    if (this.#ensured.has(tenant)) return undefined;
    return this.#add(tenant);
  }

  /** @throws what Redis throws. */
  async list(): Promise<string[]> {
    const names = await this.#redis.smembers(systemSpace.tenants);
    return [...new Set([...names, DEFAULT_TENANT])];
  }

  async #add(tenant: string): Promise<void> {
    await this.#redis.sadd(systemSpace.tenants, tenant);
    if (this.#ensured.size >= this.#most) this.#ensured.clear();
    this.#ensured.add(tenant);
  }
}

import type { Subject } from '../access/decide.ts';
import type { AccessLog } from '../access/log.ts';
import { put } from '../bounded-map.ts';
import type { Connections, RedisClient } from '../redis/connect.ts';
import { systemSpace } from '../redis/keyspace.ts';
import { CredentialRecord, principalOf } from './credential-record.ts';

/** A record as it was read. The object stays the same as long as the record does, so that what was verified can be tied to it. */
export interface Credential {
  readonly record: CredentialRecord;
  readonly principal: Subject;
}

/** `unknown`: no such id. `unreadable`: the record is not one. `unavailable`: Redis does not answer. */
export type Lookup = Credential | 'unknown' | 'unreadable' | 'unavailable';

interface Cached {
  readonly raw: string;
  readonly lookup: Credential | 'unreadable';
  generation: number;
}

export interface CredentialStoreOptions {
  readonly redis: Connections;
  readonly log: AccessLog;
  /** Milliseconds of a clock that never jumps: how old something is has nothing to do with the time of day. */
  readonly now?: () => number;
}

/** How often the version of all credentials is looked at, besides its announcements: a revocation is everywhere within a second. */
const POLL_MS = 500;
/** How long what was read is believed while Redis does not answer. */
const BELIEVED_MS = 30_000;
/** How long an id that does not exist is remembered, and how many. */
const UNKNOWN_MS = 1_000;
const UNKNOWN_MOST = 10_000;
const MOST = 50_000;
/** How long a read may take before Redis counts as away. */
const READ_MS = 2_000;

/** Credentials in Redis, remembered here until something about any of them changes. */
export class CredentialStore {
  readonly #redis: RedisClient;
  readonly #connections: Connections;
  readonly #log: AccessLog;
  readonly #now: () => number;
  readonly #cache = new Map<string, Cached>();
  readonly #unknown = new Map<string, { until: number; generation: number }>();
  readonly #loading = new Map<string, Promise<Lookup>>();
  #generation = 0;
  #replaced: (before: Credential, after: Credential) => void = () => undefined;
  #confirmed = Number.NEGATIVE_INFINITY;
  #version: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #subscriber: RedisClient | undefined;

  constructor({ redis, log, now = () => performance.now() }: CredentialStoreOptions) {
    this.#connections = redis;
    this.#redis = redis.client;
    this.#log = log;
    this.#now = now;
  }

  /** Begins to follow changes. Resolves when credentials can be looked up; while Redis is away, they are `unavailable`. */
  async start(): Promise<void> {
    this.#redis.on('ready', this.#reconnected);
    const subscriber = this.#connections.subscriber();
    this.#subscriber = subscriber;
    subscriber.on('message', (channel: string) => {
      if (channel === systemSpace.accessChannel) this.invalidate();
    });
    const subscribe = (): void => {
      // Without it the poll still finds every change.
      subscriber.subscribe(systemSpace.accessChannel).catch(() => undefined);
    };
    if (subscriber.status === 'ready') subscribe();
    subscriber.on('ready', subscribe);
    this.#timer = setInterval(() => void this.#poll(), POLL_MS).unref();
    await this.#poll();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#redis.off('ready', this.#reconnected);
    this.#subscriber?.disconnect();
  }

  /** Tells when a record is another one than it was; what is remembered of it can be carried over. One listener. */
  onReplaced(listener: (before: Credential, after: Credential) => void): void {
    this.#replaced = listener;
  }

  /** What the record was when it was last read, however long ago: not to be believed, only to know what to ask. */
  lastSeen(id: string): Credential | undefined {
    const lookup = this.#cache.get(id)?.lookup;
    return lookup === 'unreadable' ? undefined : lookup;
  }

  /** Everything is read anew before it is used again. */
  invalidate(): void {
    this.#generation++;
  }

  /** What is known of the id without asking Redis; undefined: {@link load} it. */
  warm(id: string): Lookup | undefined {
    const cached = this.#cache.get(id);
    if (cached === undefined) {
      const unknown = this.#unknown.get(id);
      return unknown?.generation === this.#generation && this.#now() < unknown.until ? 'unknown' : undefined;
    }
    return cached.generation === this.#generation && this.isBelieved() ? cached.lookup : undefined;
  }

  /** Reads the record, once for all who ask at the same time. Never rejects. */
  load(id: string): Promise<Lookup> {
    let loading = this.#loading.get(id);
    if (loading === undefined) {
      loading = this.#read(id).finally(() => this.#loading.delete(id));
      this.#loading.set(id, loading);
    }
    return loading;
  }

  /** Rises with every change: what was read before may not hold any more. */
  get generation(): number {
    return this.#generation;
  }

  /** Whether it is known, lately enough, that nothing has changed. */
  isBelieved(): boolean {
    return this.#now() - this.#confirmed <= BELIEVED_MS;
  }

  async #read(id: string): Promise<Lookup> {
    for (let round = 0; round < 10; round++) {
      const generation = this.#generation;
      let raw: string | null;
      try {
        raw = await within(READ_MS, this.#redis.hget(systemSpace.credentials, id));
      } catch {
        return 'unavailable';
      }
      // Invalidated while it was under way: it may be older than what invalidated it.
      if (generation === this.#generation) return this.#keep(id, raw, generation);
    }
    return 'unavailable';
  }

  #keep(id: string, raw: string | null, generation: number): Lookup {
    if (raw === null) {
      this.#cache.delete(id);
      put(this.#unknown, id, { until: this.#now() + UNKNOWN_MS, generation }, UNKNOWN_MOST);
      return 'unknown';
    }
    const cached = this.#cache.get(id);
    if (cached?.raw === raw) {
      cached.generation = generation;
      return cached.lookup;
    }
    const lookup = this.#parse(id, raw);
    if (cached !== undefined && cached.lookup !== 'unreadable' && lookup !== 'unreadable') {
      this.#replaced(cached.lookup, lookup);
    }
    put(this.#cache, id, { raw, lookup, generation }, MOST);
    return lookup;
  }

  #parse(id: string, raw: string): Credential | 'unreadable' {
    const record = parseRecord(id, raw);
    if (record === undefined) {
      this.#log.error(
        { credential: `…${id.slice(-4)}` },
        'the record of a credential cannot be read: issue the key anew',
      );
      return 'unreadable';
    }
    return { record, principal: principalOf(record) };
  }

  async #poll(): Promise<void> {
    const began = this.#now();
    try {
      const version = (await within(READ_MS, this.#redis.get(systemSpace.accessVersion))) ?? '0';
      if (this.#version !== undefined && version !== this.#version) this.invalidate();
      this.#version = version;
      this.#confirmed = Math.max(this.#confirmed, began);
    } catch {
      // Believed for a while; then unavailable.
    }
  }

  /** After a failover or a restore, the version may be the same and the records not. */
  readonly #reconnected = (): void => {
    this.invalidate();
    void this.#poll();
  };
}

/** The record in the JSON text of the field `id`, or undefined when it is not one. */
export function parseRecord(id: string, raw: string): CredentialRecord | undefined {
  let json: unknown;
  try {
    json = JSON.parse(raw);
  } catch {
    return undefined;
  }
  const parsed = CredentialRecord.safeParse(json);
  return parsed.success && parsed.data.id === id ? parsed.data : undefined;
}

function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

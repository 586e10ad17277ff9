import { type PrivateRedis, startRedis } from '@ojs/dev';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { hashKey } from '../src/identity/api-key/hash.ts';
import { formatKey, generateKey, type KeyWord, type ParsedKey, WORDS } from '../src/identity/api-key/key.ts';
import { type ApiKeyOptions, apiKeys, Verifier } from '../src/identity/api-key/verify.ts';
import { listCredentials, writeCredential } from '../src/identity/credential-changes.ts';
import type { CredentialRecord } from '../src/identity/credential-record.ts';
import { CredentialStore } from '../src/identity/credential-store.ts';
import type { Identified, Mechanism } from '../src/identity/identity.ts';
import { type Connections, connect } from '../src/redis/connect.ts';
import { systemSpace } from '../src/redis/keyspace.ts';

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const closing: (() => void)[] = [];

/** The Redis of the test file; emptied before each test. */
export let redis: Connections;

/** Call once at the top of a test file. */
export function useCredentialRedis(): void {
  let server: PrivateRedis;
  beforeAll(async () => {
    server = await startRedis();
    redis = await connect({ urls: [server.url] }, () => undefined);
  });
  afterAll(async () => {
    await redis.close();
    await server.stop();
  });
  beforeEach(async () => {
    await redis.client.flushall();
  });
  afterEach(() => {
    for (const close of closing.splice(0)) close();
  });
}

/** A server's way to verify keys, with counters. */
export async function verifier(options: Partial<ApiKeyOptions> = {}, now: () => number = Date.now) {
  const counts = { derivations: 0, reads: 0, weak: [] as string[] };
  const client = new Proxy(redis.client, {
    get(target, name) {
      if (name === 'hget') counts.reads++;
      const value = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  const store = new CredentialStore({ redis: { ...redis, client }, log: silent, now });
  await store.start();
  closing.push(() => store.close());
  const mechanism = apiKeys(
    new Verifier({
      store,
      now,
      isDisabled: () => false,
      onWeakHash: (_, credential) => counts.weak.push(credential),
      onDerivation: () => counts.derivations++,
      ...options,
    }),
  );
  return { counts, store, ask: (key: string, sourceIp = '192.0.2.1') => present(mechanism, `Bearer ${key}`, sourceIp) };
}

export const present = (mechanism: Mechanism, authorization: string, sourceIp: string, socket?: object) =>
  mechanism({ authorization, authorizationCount: 1, sourceIp, socket });

export async function issue(word: KeyWord = 'prod', change: Partial<CredentialRecord> = {}): Promise<ParsedKey> {
  const key = generateKey(word);
  const record: CredentialRecord = {
    id: key.id,
    kind: 'api_key',
    plane: WORDS[word].plane ?? 'producer',
    principal: 'shop',
    tenant: '_default',
    roles: ['producer'],
    queues: ['*'],
    grants: [],
    secrets: [await hashKey(key.text)],
    createdAt: 0,
    ...change,
  };
  await store(record);
  return key;
}

export async function store(record: CredentialRecord): Promise<void> {
  const { version } = await listCredentials(redis.client);
  expect(await writeCredential(redis.client, version, record)).toBe(true);
}

export const recordOf = async (key: ParsedKey): Promise<CredentialRecord> =>
  JSON.parse((await redis.client.hget(systemSpace.credentials, key.id)) as string);

export const reason = (answer: Identified | undefined): string | undefined =>
  answer !== undefined && 'refused' in answer ? answer.refused : undefined;

/** Same key, other secret: what somebody has who knows ids. */
export const wrongFor = ({ word, id }: ParsedKey): string => {
  const other = generateKey(word);
  return formatKey(word, id, other.text.slice(-49, -6));
};

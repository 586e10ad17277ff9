import { type PrivateRedis, startRedis } from '@ojs/dev';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Connections, connect } from '../../redis/connect.ts';
import { systemSpace } from '../../redis/keyspace.ts';
import { listCredentials, writeCredential } from '../credential-changes.ts';
import type { CredentialRecord } from '../credential-record.ts';
import { CredentialStore } from '../credential-store.ts';
import type { Identified, Mechanism } from '../identity.ts';
import { FAILURE_RATES } from './failures.ts';
import { hashKey } from './hash.ts';
import { formatKey as formatWith, generateKey, type KeyWord, type ParsedKey, PLANE_OF_WORD } from './key.ts';
import { type ApiKeyOptions, apiKeys } from './verify.ts';

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

let server: PrivateRedis;
let redis: Connections;
const closing: (() => void)[] = [];

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

/** A server's way to verify keys, with counters. */
async function verifier(options: Partial<ApiKeyOptions> = {}, now: () => number = Date.now) {
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
  const mechanism = apiKeys({
    store,
    now,
    isDisabled: () => false,
    onWeakHash: (_, credential) => counts.weak.push(credential),
    onDerivation: () => counts.derivations++,
    ...options,
  });
  return { counts, store, ask: (key: string, sourceIp = '192.0.2.1') => present(mechanism, `Bearer ${key}`, sourceIp) };
}

const present = (mechanism: Mechanism, authorization: string, sourceIp: string) =>
  mechanism({ authorization, authorizationCount: 1, sourceIp });

async function issue(word: KeyWord = 'prod', change: Partial<CredentialRecord> = {}): Promise<ParsedKey> {
  const key = generateKey(word);
  const record: CredentialRecord = {
    id: key.id,
    kind: 'api_key',
    plane: PLANE_OF_WORD[word],
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

async function store(record: CredentialRecord): Promise<void> {
  const { version } = await listCredentials(redis.client);
  expect(await writeCredential(redis.client, version, record)).toBe(true);
}

const recordOf = async (key: ParsedKey): Promise<CredentialRecord> =>
  JSON.parse((await redis.client.hget(systemSpace.credentials, key.id)) as string);

const reason = (answer: Identified | undefined): string | undefined =>
  answer !== undefined && 'refused' in answer ? answer.refused : undefined;

/** Same key, other secret: what somebody has who knows ids. */
const wrongFor = ({ word, id }: ParsedKey): string => {
  const other = generateKey(word);
  return formatWith(word, id, other.text.slice(-49, -6));
};

describe('a valid key', () => {
  test('gives its principal; after the first time at once, without read or key derivation', async () => {
    const key = await issue('prod', { tenant: 'acme', queues: ['billing.*'] });
    const { ask, counts } = await verifier();
    expect(await ask(key.text)).toMatchObject({
      principal: {
        id: 'shop',
        tenant: 'acme',
        plane: 'producer',
        roles: ['producer'],
        queues: ['billing.*'],
        mfa: false,
      },
    });
    expect(counts).toMatchObject({ derivations: 1, reads: 1 });
    const warm = ask(key.text);
    expect(warm).not.toBeInstanceOf(Promise);
    expect(warm).toHaveProperty('principal');
    expect(counts).toMatchObject({ derivations: 1, reads: 1 });
  });

  test('a thousand requests at once cost one derivation and one read', async () => {
    const key = await issue();
    const { ask, counts } = await verifier();
    const answers = await Promise.all(Array.from({ length: 1_000 }, () => ask(key.text)));
    expect(answers.every((answer) => answer && 'principal' in answer)).toBe(true);
    expect(counts).toMatchObject({ derivations: 1, reads: 1 });
  });

  test('is accepted as the password of Basic', async () => {
    const key = await issue();
    const { store } = await verifier();
    const mechanism = apiKeys({ store, isDisabled: () => false, onWeakHash: () => undefined });
    const basic = Buffer.from(`anybody:${key.text}`).toString('base64');
    expect(await present(mechanism, `basic ${basic}`, '192.0.2.1')).toHaveProperty('principal');
  });

  test('keeps its verification when another credential changes, and reads its own record anew', async () => {
    const key = await issue();
    const { ask, store: credentials, counts } = await verifier();
    await ask(key.text);
    credentials.invalidate();
    expect(await ask(key.text)).toHaveProperty('principal');
    expect(counts).toMatchObject({ derivations: 1, reads: 2 });
  });

  test('two live secrets of one id are both accepted; the old one ends with its grace period', async () => {
    let now = 1_000;
    const old = await issue();
    const record = await recordOf(old);
    const next = formatWith('prod', old.id, generateKey('prod').text.slice(-49, -6));
    const [secret] = record.secrets;
    await store({ ...record, secrets: [await hashKey(next), { ...secret!, notAfter: 5_000 }] });
    const { ask } = await verifier({}, () => now);
    expect(await ask(old.text)).toHaveProperty('principal');
    expect(await ask(next)).toHaveProperty('principal');
    now = 4_999;
    expect(await ask(old.text)).toHaveProperty('principal');
    now = 5_000;
    expect(reason(await ask(old.text))).toBe('wrong_secret');
    expect(await ask(next)).toHaveProperty('principal');
  });
});

describe('a key that is not valid', () => {
  test('with a wrong checksum or form costs neither read nor derivation (K1, K9)', async () => {
    const { text } = await issue();
    const { ask, counts } = await verifier();
    const changed = text.slice(0, -1) + (text.endsWith('a') ? 'b' : 'a');
    const bad = [changed, `ojs_${'x'.repeat(10_000_000)}`, `${text}🔑`, `ojs_prod_\0`, text.slice(0, 40)];
    for (const key of bad) expect((await ask(key)) ?? {}).not.toHaveProperty('principal');
    expect(counts).toMatchObject({ derivations: 0, reads: 0 });
  });

  test('of an unknown id costs one read a second at most, and no derivation (K2)', async () => {
    const { ask, counts } = await verifier();
    const { text } = generateKey('prod');
    for (let i = 0; i < 10; i++) expect(reason(await ask(text))).toBe('unknown_key');
    expect(counts).toMatchObject({ derivations: 0, reads: 1 });
  });

  test('is refused with the same shape whether the id exists or not (K2)', async () => {
    const key = await issue();
    const { ask } = await verifier();
    const [wrong, unknown] = [await ask(wrongFor(key)), await ask(generateKey('prod').text)];
    for (const answer of [wrong, unknown]) {
      expect(answer).not.toHaveProperty('answer');
      expect(answer).not.toHaveProperty('retryAfterSeconds');
    }
    expect([reason(wrong), reason(unknown)]).toEqual(['wrong_secret', 'unknown_key']);
  });

  test('with another secret of the same length and id is refused, also after the right one was accepted (K10)', async () => {
    const key = await issue();
    const { ask } = await verifier();
    await ask(key.text);
    expect(reason(await ask(wrongFor(key)))).toBe('wrong_secret');
    expect(await ask(key.text)).toHaveProperty('principal');
  });

  test('that is repeated costs one derivation', async () => {
    const key = await issue();
    const { ask, counts } = await verifier();
    const wrong = wrongFor(key);
    for (let i = 0; i < 5; i++) expect(reason(await ask(wrong))).toBe('wrong_secret');
    expect(counts.derivations).toBe(1);
  });

  test.each([
    ['revoked', { revokedAt: 1 }],
    ['expired', { expiresAt: 1_000 }],
    ['not_yet_valid', { notBefore: 2_000_000 }],
  ] as const)('that is %s is refused without a derivation (K5)', async (why, change) => {
    const key = await issue('prod', change);
    const { ask, counts } = await verifier({}, () => 1_000_000);
    expect(await ask(key.text)).toMatchObject({ refused: why, credential: `ojs_prod_…${key.id.slice(-4)}` });
    expect(counts.derivations).toBe(0);
  });

  test('expires also when it is warm (K5)', async () => {
    let now = 0;
    const key = await issue('prod', { expiresAt: 1_000 });
    const { ask } = await verifier({}, () => now);
    expect(await ask(key.text)).toHaveProperty('principal');
    now = 1_000;
    expect(reason(await ask(key.text))).toBe('expired');
  });

  test('of a principal that the policy disabled is refused (K5)', async () => {
    const key = await issue();
    let disabled = false;
    const { ask } = await verifier({ isDisabled: ({ id }) => disabled && id === 'shop' });
    expect(await ask(key.text)).toHaveProperty('principal');
    disabled = true;
    expect(reason(await ask(key.text))).toBe('principal_disabled');
  });

  test('whose word is not of the plane in its record is refused', async () => {
    const key = await issue('prod', { plane: 'admin', roles: ['admin'] });
    const { ask } = await verifier();
    expect(reason(await ask(key.text))).toBe('wrong_plane_word');
  });

  test('whose hash was moved into the record of another key is refused', async () => {
    const [mine, other] = [await issue(), await issue('prod', { principal: 'other' })];
    await store({ ...(await recordOf(other)), secrets: (await recordOf(mine)).secrets });
    const { ask } = await verifier();
    const forged = formatWith('prod', other.id, mine.text.slice(-49, -6));
    expect(reason(await ask(forged))).toBe('wrong_secret');
  });
});

describe('a record in Redis that was tampered with', () => {
  test('to cheaper parameters is refused without a derivation, and reported once (K14)', async () => {
    const key = await issue();
    const record = await recordOf(key);
    await store({ ...record, secrets: record.secrets.map((secret) => ({ ...secret, n: 2 })) });
    const { ask, counts } = await verifier();
    for (let i = 0; i < 3; i++) expect(reason(await ask(key.text))).toBe('weak_hash');
    expect(counts).toMatchObject({ derivations: 0, weak: [`ojs_prod_…${key.id.slice(-4)}`] });
  });

  test.each(['', 'null', '{', '[]', '{"id":"x"}'])('to %j is refused', async (text) => {
    const key = await issue();
    await redis.client.hset(systemSpace.credentials, key.id, text);
    const { ask, counts } = await verifier();
    expect(reason(await ask(key.text))).toBe('unreadable_record');
    expect(counts.derivations).toBe(0);
  });

  test('to the record of another id is refused', async () => {
    const [key, other] = [await issue(), await issue('admin', { plane: 'admin', roles: ['admin'] })];
    await redis.client.hset(systemSpace.credentials, key.id, JSON.stringify(await recordOf(other)));
    const { ask } = await verifier();
    expect(reason(await ask(key.text))).toBe('unreadable_record');
  });
});

describe('guessing', () => {
  test('runs no more derivations at once than the gate lets in, and is told when no place is left (K8)', async () => {
    const key = await issue();
    const { ask, counts } = await verifier({ gate: { concurrency: 1, waiting: 4, waitingPerSource: 2 } });
    const sources = Array.from({ length: 40 }, (_, i) => `198.51.100.${i}`);
    const answers = await Promise.all(sources.map((source) => ask(wrongFor(key), source)));
    expect(counts.derivations).toBe(5);
    const busy = answers.filter((answer) => reason(answer) === 'verification_busy');
    expect(busy).toHaveLength(35);
    expect(busy[0]).toMatchObject({ answer: 'rate_limited', retryAfterSeconds: 1 });
  });

  const rates = { ...FAILURE_RATES, pair: { burst: 3, refillMs: 60_000 } };

  test('from one address with one id ends in 429 after a bounded number of derivations (K8)', async () => {
    const key = await issue();
    const { ask, counts } = await verifier({ rates });
    const reasons: (string | undefined)[] = [];
    for (let i = 0; i < 6; i++) reasons.push(reason(await ask(wrongFor(key))));
    expect(reasons).toEqual([...Array(3).fill('wrong_secret'), ...Array(3).fill('too_many_failures')]);
    expect(counts.derivations).toBe(3);
    expect(await ask(wrongFor(key))).toMatchObject({ answer: 'rate_limited', retryAfterSeconds: 60 });
    expect(await ask(wrongFor(key), '192.0.2.99'), 'another address').toMatchObject({ refused: 'wrong_secret' });
  });

  test('does not slow down a key that is warm, from the same address, nor the attacked one from elsewhere', async () => {
    const [good, attacked] = [await issue(), await issue()];
    const { ask } = await verifier({ rates });
    await ask(good.text);
    for (let i = 0; i < 4; i++) await ask(wrongFor(attacked));
    expect(ask(good.text)).toHaveProperty('principal');
    expect(reason(await ask(attacked.text))).toBe('too_many_failures');
    expect(await ask(attacked.text, '192.0.2.99')).toHaveProperty('principal');
    expect(ask(attacked.text), 'warm now').toHaveProperty('principal');
  });

  test('is not what many good keys of one address look like', async () => {
    const { ask } = await verifier({ rates: { ...rates, source: { burst: 2, refillMs: 60_000 } } });
    for (let i = 0; i < 5; i++) expect(await ask((await issue()).text)).toHaveProperty('principal');
  });

  test('is not what requests look like that come while their good key is being verified', async () => {
    const key = await issue();
    let during: ReturnType<typeof ask>;
    const { ask } = await verifier({
      rates: { ...rates, pair: { burst: 1, refillMs: 60_000 } },
      onDerivation: () => {
        // In the next turn, when the derivation is known to run.
        during ??= new Promise(setImmediate).then(() => ask(key.text) as Promise<Identified>);
      },
    });
    expect(await ask(key.text)).toHaveProperty('principal');
    expect(await during).toHaveProperty('principal');
  });

  test('ids that do not exist ends in 429, without further reads', async () => {
    const { ask, counts } = await verifier();
    const reasons: (string | undefined)[] = [];
    for (let i = 0; i < 150; i++) reasons.push(reason(await ask(generateKey('prod').text)));
    expect(reasons.at(-1)).toBe('too_many_failures');
    expect(counts.reads).toBeLessThan(130);
  });
});

describe('a revocation', () => {
  const revoke = async (key: ParsedKey): Promise<void> => store({ ...(await recordOf(key)), revokedAt: 1 });

  test('reaches every server that has the key warm, by announcement (K3)', async () => {
    const key = await issue();
    const servers = [await verifier(), await verifier()];
    for (const { ask } of servers) expect(await ask(key.text)).toHaveProperty('principal');
    await revoke(key);
    for (const { ask } of servers) {
      await vi.waitFor(async () => expect(reason(await ask(key.text))).toBe('revoked'), {
        timeout: 1_000,
        interval: 10,
      });
    }
  });

  test('reaches a server that hears no announcement, by the version (K3)', async () => {
    const key = await issue();
    const { ask } = await verifier();
    expect(await ask(key.text)).toHaveProperty('principal');
    const revoked = JSON.stringify({ ...(await recordOf(key)), revokedAt: 1 });
    await redis.client.multi().hset(systemSpace.credentials, key.id, revoked).incr(systemSpace.accessVersion).exec();
    await vi.waitFor(async () => expect(reason(await ask(key.text))).toBe('revoked'), { timeout: 1_000, interval: 10 });
  });

  test('that comes while the key is being verified is seen before the answer', async () => {
    const key = await issue();
    let revoking: Promise<void> | undefined;
    const { ask, store: credentials } = await verifier({
      onDerivation: () => {
        revoking ??= revoke(key).then(() => credentials.invalidate());
      },
    });
    const answer = ask(key.text);
    await vi.waitFor(() => expect(revoking).toBeDefined());
    await revoking;
    expect(reason(await answer)).toBe('revoked');
  });

  test('a key that is issued works at once, also where its id was asked for just before', async () => {
    const { ask } = await verifier();
    const key = generateKey('prod');
    expect(reason(await ask(key.text))).toBe('unknown_key');
    await store({
      ...{
        id: key.id,
        kind: 'api_key',
        plane: 'producer',
        principal: 'shop',
        tenant: '_default',
        roles: [],
        queues: ['*'],
      },
      ...{ grants: [], secrets: [await hashKey(key.text)], createdAt: 0 },
    });
    await vi.waitFor(async () => expect(await ask(key.text)).toHaveProperty('principal'), {
      timeout: 1_000,
      interval: 10,
    });
  });
});

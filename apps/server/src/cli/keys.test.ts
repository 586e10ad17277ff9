import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { type PrivateRedis, startRedis } from '@ojs/dev';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { decide } from '../access/decide.ts';
import { DEFAULT_POLICY } from '../access/policy.ts';
import { Tenants } from '../access/tenants.ts';
import type { AuditEvent } from '../audit/audit.ts';
import { createIdentity, type Identity } from '../identity/create-identity.ts';
import { identify } from '../identity/identify.ts';
import type { Identified } from '../identity/identity.ts';
import { createSealer } from '../identity/seal.ts';
import { type Connections, connect } from '../redis/connect.ts';
import { systemSpace, tenantSpace } from '../redis/keyspace.ts';
import { runKeys } from './keys.ts';

const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const admin = ['create', '--plane', 'admin', '--role', 'admin', '--principal', 'root@example.com'];
const producer = ['create', '--plane', 'producer', '--role', 'producer', '--principal', 'shop'];

let server: PrivateRedis;
let redis: Connections;
let out: string[];
let err: string[];
let events: AuditEvent[];

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
  [out, err, events] = [[], [], []];
});

const keys = (argv: readonly string[], policyFile?: string): Promise<number> =>
  runKeys(argv, {
    ...{
      redis,
      config: { policyFile, rotation: { graceSeconds: 86_400 }, keys: { scryptCost: 14 } },
      out: (line) => out.push(line),
      err: (line) => err.push(line),
    },
    audit: { record: (event) => void events.push(event), close: async () => undefined },
  });

/** Runs a command that prints JSON. */
async function json(argv: readonly string[], policyFile?: string): Promise<Record<string, string>> {
  expect(await keys([...argv, '--json'], policyFile), err.join()).toBe(0);
  return JSON.parse(out.splice(0).join(''));
}

async function aServer(): Promise<Identity & { ask: (key: string) => Identified | Promise<Identified> }> {
  const audit = { record: () => undefined, close: async () => undefined };
  const identity = createIdentity({
    ...{ redis, log, audit, environment: 'production', sealer: createSealer(randomBytes(32)), secrets: new Map() },
    send: () => Promise.reject(new Error('nothing is sent')),
    access: { isDisabled: () => false, tenants: new Tenants(redis.client) },
  });
  await identity.start();
  const ask = (key: string) =>
    identify(identity.mechanisms, { authorization: `Bearer ${key}`, authorizationCount: 1, sourceIp: '192.0.2.1' });
  return { ...identity, ask };
}

describe('keys create', () => {
  test('prints the key once, and the server knows it by its plane, roles, tenant and queues', async () => {
    expect(await keys([...producer, '--tenant', 'acme', '--queues', 'a,b.*'])).toBe(0);
    const [key = ''] = out;
    expect(out).toHaveLength(1);
    expect(key).toMatch(/^ojs_prod_/);
    const { ask, close } = await aServer();
    const identified = await ask(key);
    expect(identified).toMatchObject({
      principal: { id: 'shop', plane: 'producer', tenant: 'acme', queues: ['a', 'b.*'] },
    });
    const { principal } = identified as Extract<Identified, { principal: { id: string } }>;
    expect(decide(DEFAULT_POLICY, principal as never, 'enqueue', 'b.x')).toBe(true);
    expect(decide(DEFAULT_POLICY, principal as never, 'enqueue', 'c')).toBe(false);
    expect(await redis.client.smembers(systemSpace.tenants)).toEqual(['acme']);
    close();
  });

  test.each([
    [['--plane', 'worker', '--role', 'worker'], /^ojs_work_/],
    [['--plane', 'admin', '--role', 'operator'], /^ojs_oper_/],
    [['--plane', 'admin', '--role', 'admin', '--all-tenants'], /^ojs_admin_/],
    [['--plane', 'producer', '--role', 'producer', '--expires-in', 'P30D', '--label', 'the shop'], /^ojs_prod_/],
  ])('%j makes a key of the right word', async (options, word) => {
    const { key } = await json(['create', '--principal', 'p', ...options]);
    expect(key).toMatch(word);
  });

  test('stores the hash only: neither Redis, nor the audit log, nor a later list has the key or its secret (K7)', async () => {
    const { key = '' } = await json(producer);
    await json(['list']);
    await keys(['list']);
    const stored = JSON.stringify(await redis.client.hgetall(systemSpace.credentials));
    const hash = /"hash\\":\\"([^\\]+)/.exec(stored)?.[1] as string;
    expect(hash).toMatch(/^[\w-]{43}$/);
    for (const text of [stored, JSON.stringify(events), ...out]) expect(text).not.toContain(key.slice(-49, -6));
    for (const text of [JSON.stringify(events), ...out]) expect(text).not.toContain(hash);
  });

  test('is recorded as the local user', async () => {
    const { id = '' } = await json([...producer, '--tenant', 'acme']);
    expect(events).toMatchObject([
      {
        ...{ event_type: 'credential.created', principal: `local:${userInfo().username}`, source_ip: 'local' },
        ...{ tenant: 'acme', outcome: 'success' },
        detail: { plane: 'producer', roles: ['producer'], of: 'shop', credential: `ojs_prod_…${id.slice(-4)}` },
      },
    ]);
  });

  test.each([
    [['--plane', 'producer', '--role', 'nobody'], /--role: no role nobody exists; there are producer, worker/],
    [['--plane', 'producer', '--role', 'constructor'], /--role: no role constructor exists/],
    [['--plane', 'producer', '--role', 'worker'], /--plane: role worker has dequeue, which a producer key never has/],
    [['--plane', 'producer', '--role', 'admin'], /--plane: role admin/],
    [['--plane', 'worker', '--role', 'operator'], /--plane: role operator/],
    [['--plane', 'producer', '--role', 'producer,operator'], /--plane: role operator/],
  ])('%j is refused with the rule, changes nothing and is recorded', async (options, message) => {
    expect(await keys(['create', '--principal', 'p', ...options])).toBe(1);
    expect(err.join()).toMatch(message);
    expect(await redis.client.keys('*')).toEqual([]);
    expect(events).toMatchObject([{ event_type: 'credential.created', outcome: 'failure' }]);
  });

  test('an operator stays on the admin plane also where its permissions would fit another', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'ojs-keys-'));
    const policyFile = join(directory, 'policy.json');
    await writeFile(policyFile, '{"preset":"matrix","roles":{"auditor":["inspect"]}}');
    expect(await keys(['create', '--principal', 'p', '--plane', 'producer', '--role', 'operator'], policyFile)).toBe(1);
    expect(err.join()).toMatch(/role operator operates the system/);
    expect(await keys(['create', '--principal', 'p', '--plane', 'worker', '--role', 'auditor'], policyFile)).toBe(0);
    await rm(directory, { recursive: true });
  });

  test.each([
    [[], /--role: is required/],
    [['--role', 'producer', '--principal', 'p'], /--plane: is required/],
    [['--role', 'producer', '--principal', 'p', '--plane', 'root'], /--plane: must be one of producer, worker, admin/],
    [['--role', 'producer', '--plane', 'producer'], /--principal: is required/],
    [['--role', 'producer', '--plane', 'producer', '--principal', 'a b'], /--principal: /],
    [['--role', 'PRODUCER', '--plane', 'producer', '--principal', 'p'], /--role: /],
    [[...producer.slice(1), '--tenant', '_default'], /--tenant: /],
    [[...producer.slice(1), '--tenant', '{x}'], /--tenant: /],
    [[...producer.slice(1), '--tenant', 'a', '--all-tenants'], /--tenant and --all-tenants/],
    [[...producer.slice(1), '--queues', 'a*'], /--queues: must be a queue name, PREFIX\.\* or \*/],
    [[...producer.slice(1), '--queues', ','], /--queues: names no queue/],
    [[...producer.slice(1), '--expires-in', '30d'], /--expires-in: must be an ISO 8601 duration/],
    [[...producer.slice(1), '--expires-in', 'PT0S'], /--expires-in: must be .* above zero/],
    [[...producer.slice(1), '--label', 'a\u001b[31m'], /--label: /],
    [[...producer.slice(1), '--secret', 'hunter2'], /--secret: is not an option/],
    [[...producer.slice(1), 'ojs_prod_pasted'], /keys: is not an option/],
  ])('create %j names the option and the rule, and does nothing', async (options, message) => {
    expect(await keys(['create', ...options])).toBe(2);
    expect(err.join()).toMatch(message);
    expect(err.join()).not.toMatch(/hunter2|pasted/);
    expect(await redis.client.keys('*')).toEqual([]);
  });

  test('ten at once all come to exist', async () => {
    const made = await Promise.all(Array.from({ length: 10 }, () => keys([...producer, '--json'])));
    expect(made).toEqual(Array(10).fill(0));
    expect(await redis.client.hlen(systemSpace.credentials)).toBe(10);
  });
});

describe('keys revoke', () => {
  test('holds on every server within a second, and in the tenant at once by its epoch', async () => {
    const { key = '', id = '' } = await json([...producer, '--tenant', 'acme']);
    const servers = [await aServer(), await aServer()];
    for (const { ask } of servers) expect(await ask(key)).toHaveProperty('principal');
    await json(['revoke', id]);
    expect(await redis.client.get(tenantSpace('acme').epoch)).toBe('1');
    expect(await redis.client.get(tenantSpace('_default').epoch)).toBeNull();
    for (const { ask, close } of servers) {
      await vi.waitFor(async () => expect(await ask(key)).toMatchObject({ refused: 'revoked' }), {
        timeout: 1_000,
        interval: 10,
      });
      close();
    }
    expect(events.at(-1)).toMatchObject({
      event_type: 'credential.revoked',
      tenant: 'acme',
      outcome: 'success',
      detail: { of: 'shop' },
    });
  });

  test('of a key that spans tenants raises the epoch of every tenant', async () => {
    await json([...producer, '--tenant', 'acme']);
    await json([...producer, '--tenant', 'beta']);
    const { id = '' } = await json([...producer, '--all-tenants']);
    await json(['revoke', id]);
    for (const tenant of ['acme', 'beta', '_default'])
      expect(await redis.client.get(tenantSpace(tenant).epoch)).toBe('1');
  });

  test('of the last key that can administer is refused, unless it is forced (K13)', async () => {
    const { id = '' } = await json([...admin, '--all-tenants']);
    await json([...admin, '--tenant', 'acme']);
    await json([...admin, '--all-tenants', '--queues', 'a']);
    expect(await keys(['revoke', id])).toBe(1);
    expect(err.join()).toMatch(/last key that can administer.*create another one first/);
    expect(events.at(-1)).toMatchObject({ event_type: 'credential.revoked', outcome: 'failure' });
    const { id: second = '' } = await json([...admin, '--all-tenants']);
    await json(['revoke', id]);
    expect(await keys(['revoke', second])).toBe(1);
    await json(['revoke', second, '--force']);
  });

  test('of the two last ones at the same moment leaves one', async () => {
    const ids = [(await json(admin)).id, (await json(admin)).id] as string[];
    const codes = await Promise.all(ids.map((id) => keys(['revoke', id])));
    expect(codes.sort()).toEqual([0, 1]);
  });

  test('again raises the epoch again, in case the first was cut off', async () => {
    const { id = '' } = await json(producer);
    await json(['revoke', id]);
    await json(['revoke', id]);
    expect(await redis.client.get(tenantSpace('_default').epoch)).toBe('2');
  });

  test('takes a pasted key for its id, and repeats it nowhere', async () => {
    const { key = '' } = await json(producer);
    expect(await keys(['revoke', key])).toBe(0);
    expect(`${out.join()}${err.join()}${JSON.stringify(events)}`).not.toContain(key.slice(-49));
  });

  test('has a reason', async () => {
    const { id = '' } = await json(producer);
    expect(await json(['revoke', id, '--reason', 'compromised'])).toMatchObject({
      ...{ state: 'revoked', revoked_reason: 'compromised' },
    });
    expect(events.at(-1)).toMatchObject({ detail: { reason: 'compromised', credential: `ojs_prod_…${id.slice(-4)}` } });
  });

  test.each([
    [['revoke'], 2, /needs the id/],
    [['revoke', 'a', 'b'], 2, /keys: /],
    [['revoke', 'no such id'], 2, /needs the id/],
    [['revoke', 'nosuchid'], 1, /there is no key with this id/],
    [['rotate'], 2, /rotate: needs the id/],
    [['rotate', 'a', '--grace', '1h'], 2, /--grace: must be an ISO 8601 duration/],
    [['rotate', 'a', '--grace', 'P31D'], 2, /--grace: must be at most P30D/],
    [['revoke', 'a', '--reason', 'bored'], 2, /--reason: must be one of compromised, superseded, unspecified/],
    [['renew'], 2, /does not know that command/],
    [[], 2, /needs a command/],
  ])('%j says what is wrong', async (argv, code, message) => {
    expect(await keys(argv)).toBe(code);
    expect(err.join()).toMatch(message);
  });
});

describe('keys rotate', () => {
  test('prints a new key of the same id; the one before is accepted until its grace period ends', async () => {
    const { key = '', id = '' } = await json(producer);
    const rotated = await json(['rotate', id, '--grace', 'PT1H']);
    expect(rotated).toMatchObject({ id, generation: 1, state: 'live' });
    expect(rotated.key).not.toBe(key);
    const left = Date.parse(rotated.previous_ends_at ?? '') - Date.now();
    expect(left).toBeGreaterThan(3_590_000);
    expect(left).toBeLessThanOrEqual(3_600_000);
    const { ask, close } = await aServer();
    for (const each of [key, rotated.key ?? '']) expect(await ask(each)).toMatchObject({ principal: { id: 'shop' } });
    close();
    expect(events.at(-1)).toMatchObject({
      ...{ event_type: 'credential.rotated', outcome: 'success' },
      detail: { credential: `ojs_prod_…${id.slice(-4)}`, previous_ends_at: rotated.previous_ends_at },
    });
    expect(JSON.stringify(events)).not.toContain(rotated.key?.slice(-49, -6));
  });

  test('with no grace ends the one before at once, and says so', async () => {
    const { key = '', id = '' } = await json([...producer, '--tenant', 'acme']);
    expect(await keys(['rotate', id, '--grace', 'PT0S'])).toBe(0);
    expect(err.join()).toMatch(/the one before is refused now/);
    expect(await redis.client.get(tenantSpace('acme').epoch)).toBe('1');
    const { ask, close } = await aServer();
    expect(await ask(key)).toMatchObject({ refused: 'wrong_secret' });
    expect(await ask(out[0] ?? '')).toHaveProperty('principal');
    close();
  });

  test('of the three kinds keeps the kind', async () => {
    for (const [kind, plane, role] of [
      ['client', 'producer', 'producer'],
      ['registration', 'worker', 'worker'],
    ] as const) {
      const made = await json(['create', '--kind', kind, '--plane', plane, '--role', role, '--principal', 'p']);
      const word = kind === 'client' ? /^ojs_client_/ : /^ojs_reg_/;
      expect(made.key).toMatch(word);
      expect((await json(['rotate', made.id ?? ''])).key).toMatch(word);
    }
  });

  test('of a key that has ended is refused', async () => {
    const { id = '' } = await json(producer);
    await json(['revoke', id]);
    expect(await keys(['rotate', id])).toBe(1);
    expect(err.join()).toMatch(/is revoked, for good: create another one/);
  });
});

test('keys list shows each key with its state, and records that cannot be read', async () => {
  expect(await keys(['list'])).toBe(0);
  expect(out.splice(0).join()).toMatch(/no keys yet/);
  const { id = '' } = await json([...producer, '--queues', 'a,b.*', '--label', 'the shop']);
  const { id: gone = '' } = await json(producer);
  await json(['revoke', gone]);
  await redis.client.hset(systemSpace.credentials, 'broken', '{');
  expect(await keys(['list'])).toBe(0);
  const lines = out.splice(0);
  expect(lines.find((line) => line.startsWith(id))).toMatch(
    /live +api_key +producer +shop +_default +producer +a,b\.\* .* the shop/,
  );
  expect(lines.find((line) => line.startsWith(gone))).toMatch(/revoked/);
  expect(lines.at(-1)).toMatch(/^broken: the record cannot be read/);
  expect(await json(['list'])).toMatchObject({ unreadable: ['broken'] });
});

import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PrivateRedis, startRedis } from '@ojs/dev';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { AuditEvent } from '../audit/audit.ts';
import { BadFile } from '../config/watched-file.ts';
import { type Connections, connect } from '../redis/connect.ts';
import { tenantSpace } from '../redis/keyspace.ts';
import { type Access, createAccess } from './create-access.ts';
import { decide, type Subject } from './decide.ts';

const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const principal: Subject = {
  ...{ id: 'shop', tenant: '_default', plane: 'producer', roles: ['producer'], grants: [], mfa: false },
  credential: { kind: 'api_key', id: 'k' },
};

let server: PrivateRedis;
let redis: Connections;
let directory: string;
let events: AuditEvent[];
let access: Access | undefined;
const file = (): string => join(directory, 'policy.json');

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
  directory = await mkdtemp(join(tmpdir(), 'ojs-policy-'));
  events = [];
});
afterEach(async () => {
  access?.close();
  await rm(directory, { recursive: true });
});

async function started(refreshIdentity = (): void => undefined): Promise<Access> {
  const audit = { record: (event: AuditEvent) => void events.push(event), close: async () => undefined };
  access = await createAccess({ redis, policyFile: file(), log, audit, refreshIdentity });
  return access;
}

/** In one step: a file that is being written is one that is not usable, for a moment. */
async function replace(text: string): Promise<void> {
  await writeFile(join(directory, 'next.json'), text);
  await rename(join(directory, 'next.json'), file());
}

const may = (): boolean => decide((access as Access).policy(), principal, 'enqueue', 'q');
const recorded = (type: string) =>
  vi.waitFor(() => expect(events.map((each) => each.event_type)).toContain(type), { timeout: 20_000 });

test('a policy that changes decides without a restart, raises the epochs, and is recorded', async () => {
  await writeFile(file(), '{}');
  await (await started()).tenants.ensure('acme');
  expect(may()).toBe(true);
  await writeFile(file(), '{"roles":{"producer":["inspect"]}}');
  await recorded('policy.changed');
  expect(may()).toBe(false);
  expect(await redis.client.mget(tenantSpace('acme').epoch)).toEqual(['1']);
  expect(await redis.client.mget(tenantSpace('_default').epoch)).toEqual(['1']);
});

test('a file that is replaced, as mounted secrets are, is noticed too', async () => {
  await writeFile(file(), '{}');
  await started();
  await replace('{"roles":{"producer":["inspect"]}}');
  await recorded('policy.changed');
  expect(may()).toBe(false);
});

test.each(['', '{"roles":', '{"roles":{"producer":["fly"]}}', '{"roles":{"admin":[]}}'])(
  'a file that becomes %j changes nothing, and is recorded once (Z27)',
  async (text) => {
    await writeFile(file(), '{}');
    const { policy } = await started();
    const before = policy();
    await writeFile(file(), text);
    await recorded('policy.rejected');
    await access?.epochs.learned('acme', '1');
    expect(policy()).toBe(before);
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({ outcome: 'failure', principal: 'local:server' });
    expect(await redis.client.keys('*')).toEqual([]);
  },
);

test('a file that disappears leaves the policy as it is, and one that comes back is read', async () => {
  await writeFile(file(), '{}');
  await started();
  await rm(file());
  await recorded('policy.rejected');
  expect(may()).toBe(true);
  await writeFile(file(), '{"roles":{"producer":["inspect"]}}');
  await recorded('policy.changed');
  expect(may()).toBe(false);
});

test.each([undefined, '', '{"preset":"none"}'])('a server does not start with the policy file %j', async (text) => {
  if (text !== undefined) await writeFile(file(), text);
  await expect(started()).rejects.toThrow(BadFile);
});

test('an epoch that is learned makes credentials and policy be read anew before it is used', async () => {
  await writeFile(file(), '{}');
  let invalidated = 0;
  const { epochs } = await started(() => invalidated++);
  await epochs.current('acme');
  invalidated = 0;
  // Another server has seen the new file already and raised the epoch.
  await writeFile(file(), '{"roles":{"producer":["inspect"]}}');
  await epochs.learned('acme', '1');
  expect(invalidated).toBe(1);
  expect(may()).toBe(false);
});

test('a policy that changes while Redis is away is announced when it is back', async () => {
  await writeFile(file(), '{}');
  await started();
  await server.kill();
  await vi.waitFor(() => expect(redis.client.status).not.toBe('ready'), { timeout: 20_000 });
  await replace('{"roles":{"producer":["inspect"]}}');
  await vi.waitFor(() => expect(may()).toBe(false), { timeout: 20_000 });
  expect(events).toEqual([]);
  await server.restart();
  await recorded('policy.changed');
  expect(Number(await redis.client.get(tenantSpace('_default').epoch))).toBeGreaterThan(0);
});

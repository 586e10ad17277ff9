import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PrivateRedis, startRedis } from '@ojs/dev';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSealer } from '../src/assembly/sealer.ts';
import type { AuditEvent } from '../src/audit/audit.ts';
import { generateServerKey, runReseal } from '../src/cli/server-key.ts';
import { type Config, loadConfig } from '../src/config/config.ts';
import { serverKeyProblem } from '../src/config/server-key.ts';
import { createEngine, type Engine } from '../src/engine/index.ts';
import type { Seal } from '../src/engine/webhooks/secrets.ts';
import { contextOf, Enrolments } from '../src/identity/mfa/enrolments.ts';
import { ensureKeys, listKeys } from '../src/identity/tokens/signing-keys.ts';
import { type Connections, connect } from '../src/redis/connect.ts';
import { StartProblem } from '../src/start-problem.ts';
import { CALLER } from './engine-harness.ts';
import { runMain } from './http-harness.ts';

let directory: string;
let redis: PrivateRedis;
let connections: Connections;
let engines: Engine[];
let events: AuditEvent[];
let out: string[];
const audit = { record: (event: AuditEvent) => void events.push(event), close: async () => undefined };
const [first, second] = [generateServerKey(), generateServerKey()];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ojs-key-'));
  redis = await startRedis({ directory });
  connections = await connect({ urls: [redis.url] }, () => undefined);
  [engines, events, out] = [[], [], []];
});
afterEach(async () => {
  await Promise.all(engines.map((engine) => engine.close()));
  await connections.close();
  await redis.stop();
  await rm(directory, { recursive: true });
});

const configWith = (key: string, previous?: string): Config =>
  loadConfig({
    env: {
      ...{ OJS_ENV: 'development', OJS_PLAIN_PORT: '0', OJS_REDIS_URL: redis.url, OJS_SECRET_SERVER_KEY: key },
      ...(previous && { OJS_SECRET_SERVER_KEY_PREVIOUS: previous }),
    },
    execArgv: [],
  });
async function engineWith(key: string, previous?: string): Promise<Engine> {
  const seal: Seal = await openSealer(configWith(key, previous), connections.client);
  const engine = await createEngine({
    redis: connections,
    seal,
    rightsOf: async () => ({ epoch: '0', may: () => true }),
  });
  engines.push(engine);
  return engine;
}
const SECRET = 'whsec_chosen-by-the-subscriber';
async function subscribe(engine: Engine, id: string, secret: string | undefined = SECRET): Promise<string | undefined> {
  const record = { url: 'https://127.0.0.1/', events: ['*'], timeoutMs: 1_000, owner: 'o', createdAt: 0, updatedAt: 0 };
  const made = await engine.webhooks.create('acme', CALLER, id, record, true, secret);
  return made?.secret.reveal();
}
const kept = (id: string) => connections.client.hget(`{ojs:acme}/webhook/${id}`, 'secrets');
const atRest = async (): Promise<string> => {
  const files = await readdir(join(directory, 'appendonlydir'));
  return (await Promise.all(files.map((file) => readFile(join(directory, 'appendonlydir', file), 'latin1')))).join();
};
const reseal = (config: Config) => runReseal(config, connections.client, audit, (line) => out.push(line));

describe('the secrets of webhooks', () => {
  it('are nowhere in what Redis writes to disk, given or drawn, also after a rotation', async () => {
    const engine = await engineWith(first);
    const secrets = [await subscribe(engine, 'a'), await subscribe(engine, 'b', undefined)];
    const rotated = await engine.webhooks.rotate('acme', CALLER, 'b', undefined, 60_000);
    secrets.push(rotated?.secret.reveal());
    const disk = await atRest();
    expect(disk).toContain('{ojs:acme}/webhook/a');
    for (const secret of secrets) {
      expect(secret).toMatch(/^whsec_/);
      expect(disk).not.toContain(secret);
    }
  });

  it('open only in the place where they were sealed', async () => {
    const engine = await engineWith(first);
    await subscribe(engine, 'a');
    await subscribe(engine, 'b');
    await connections.client.hset('{ojs:acme}/webhook/a', 'secrets', (await kept('b')) ?? '');
    await expect(engine.webhooks.test('acme', 'a')).rejects.toThrow('belongs to another place');
  });

  it('that an older server wrote in plain are used, and sealed with the next change or reseal', async () => {
    const engine = await engineWith(first);
    for (const id of ['a', 'b']) {
      await subscribe(engine, id);
      await connections.client.hset(`{ojs:acme}/webhook/${id}`, 'secrets', JSON.stringify({ current: SECRET }));
      expect(await engine.webhooks.test('acme', id)).toMatchObject({ failure: 'unreachable' });
    }
    await engine.webhooks.rotate('acme', CALLER, 'a', undefined, 0);
    expect(await kept('a')).toMatch(/^v1\./);
    expect(await reseal(configWith(first))).toBe(0);
    expect(await kept('b')).toMatch(/^v1\./);
    expect(await engine.webhooks.test('acme', 'b')).toMatchObject({ failure: 'unreachable' });
  });
});

describe('another server key', () => {
  it('is noticed at the start, and not taken for the right one', async () => {
    await engineWith(first);
    await expect(engineWith(second)).rejects.toThrow(StartProblem);
    const { env } = { env: { OJS_ENV: 'development', OJS_PLAIN_PORT: '0', OJS_REDIS_URL: redis.url } };
    const child = runMain(['start'], { ...env, OJS_SECRET_SERVER_KEY: second });
    expect(await child.ended).toBe(1);
    expect(child.output()).toMatch(/OJS_SECRET_SERVER_KEY is not the key under which.*OJS_SECRET_SERVER_KEY_PREVIOUS/);
    expect(child.output()).not.toContain(second);
  });

  it('takes over in steps: known everywhere, in force, everything resealed, the old one gone', async () => {
    const old = await engineWith(first);
    await subscribe(old, 'a');
    const owner = { tenant: 'acme', id: 'ada@example.com' };
    const { client } = connections;
    const sealer = await openSealer(configWith(first), client);
    await new Enrolments(client).enrol(owner, sealer.seal(contextOf(owner), 'totp'), [], 0);
    await ensureKeys(client, sealer, 0);
    const prepared = await engineWith(first, second);
    const rotated = await engineWith(second, first);
    await subscribe(rotated, 'b');
    // Whoever is not restarted yet knows the new key already.
    expect(await prepared.webhooks.test('acme', 'b')).toMatchObject({ failure: 'unreachable' });
    expect(await rotated.webhooks.test('acme', 'a')).toMatchObject({ failure: 'unreachable' });
    await expect(engineWith(second)).rejects.toThrow(StartProblem);
    expect(await reseal(configWith(second, first))).toBe(0);
    expect(out).toEqual([
      'webhook secrets: 1 sealed anew, 1 were already',
      'second factors: 1 sealed anew, 0 were already',
      'signing keys: 1 sealed anew, 0 were already',
      'OJS_SECRET_SERVER_KEY_PREVIOUS is not needed any more',
    ]);
    expect(events).toMatchObject([
      { event_type: 'secret.resealed', outcome: 'success', detail: { resealed: 1, lost: 0 } },
      ...[{ detail: { of: 'second factors' } }, { detail: { of: 'signing keys' } }],
    ]);
    const after = await engineWith(second);
    const alone = await openSealer(configWith(second), client);
    const enrolled = await new Enrolments(client).read(owner);
    expect(alone.open(contextOf(owner), enrolled?.sealed ?? '')).toBe('totp');
    expect(await listKeys(client, alone)).toHaveLength(1);
    expect(await after.webhooks.test('acme', 'a')).toMatchObject({ failure: 'unreachable' });
  });

  it('is not taken as the one in force while something opens under neither', async () => {
    const engine = await engineWith(first);
    await subscribe(engine, 'a');
    await connections.client.hset(
      '{ojs:acme}/webhook/a',
      'secrets',
      `v1.00000000.${randomBytes(60).toString('base64url')}`,
    );
    expect(await reseal(configWith(second, first))).toBe(1);
    expect(out.join()).toMatch(/webhook acme\/a: neither key opens it/);
    await expect(engineWith(second)).rejects.toThrow(StartProblem);
  });
});

it('server-key generate prints a key that may be used, each time another', async () => {
  const children = [runMain(['server-key', 'generate'], {}), runMain(['server-key', 'generate'], {})];
  const keys = await Promise.all(
    children.map(async (child) => {
      expect(await child.ended).toBe(0);
      return child.output().trim();
    }),
  );
  expect(keys.map(serverKeyProblem)).toEqual([undefined, undefined]);
  expect(keys[0]).not.toBe(keys[1]);
});

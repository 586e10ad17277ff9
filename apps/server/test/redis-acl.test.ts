import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Authority,
  createAuthority,
  freePorts,
  type PrivateRedis,
  startRedis,
  startRedisCluster,
  writeCertificate,
} from '@ojs/dev';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { connectRedis, NOBODY } from '../src/assembly/redis.ts';
import { loadConfig } from '../src/config/config.ts';
import { EngineRefusal } from '../src/engine/errors.ts';
import { type Connections, connect } from '../src/redis/connect.ts';
import { anything } from './engine-everything.ts';
import { openEngine } from './engine-harness.ts';
import { createSweep } from './engine-sweep.ts';
import { runMain, startHarness } from './http-harness.ts';
import { commandsIn } from './redis-commands.ts';

const PAGE = new URL('../../../docs/redis.md', import.meta.url);

/** A Redis with a TLS port that asks for certificates, a plain port, and users as the documentation has them. */
let redis: PrivateRedis;
let directory: string;
let authority: Authority;
let ports: { tls: number; plain: number };
let args: string[];
/** As the default user, which here is not switched off, on the Unix socket. */
let admin: Connections;
/** By user, the commands that the documentation gives it. */
let documented: Map<string, string[]>;

async function documentedUsers(): Promise<string[]> {
  const page = await readFile(PAGE, 'utf8');
  return [...page.matchAll(/^user ojs.*$/gm)].map(([line]) => line.replace('PASSWORD', 'p-1'));
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ojs-acl-'));
  authority = await createAuthority();
  const files = await writeCertificate(directory, 'redis', await authority.issue({ names: ['localhost'] }));
  await writeCertificate(directory, 'client', await authority.issue({ names: ['ojs.internal'], usage: 'client' }));
  await writeFile(join(directory, 'ca.pem'), authority.cert);
  const lines = await documentedUsers();
  const granted = (line: string) => line.split(' ').flatMap((word) => (word.startsWith('+') ? [word.slice(1)] : []));
  documented = new Map(lines.map((line) => [line.split(' ')[1] ?? '', granted(line)]));
  await writeFile(join(directory, 'users.acl'), `user default on nopass ~* &* +@all\n${lines.join('\n')}\n`);
  const [tls = 0, plain = 0] = await freePorts(2);
  ports = { tls, plain };
  args = [
    ...['--tls-port', `${tls}`, '--tls-cert-file', files.certFile, '--tls-key-file', files.keyFile],
    ...['--tls-ca-cert-file', join(directory, 'ca.pem'), '--tls-auth-clients', 'yes'],
    ...['--port', `${plain}`, '--aclfile', join(directory, 'users.acl')],
  ];
  redis = await startRedis({ args });
  admin = await connect({ urls: [redis.url] }, () => undefined);
});
afterAll(async () => {
  await admin.close();
  await redis.stop();
  await rm(directory, { recursive: true });
});

const tlsSettings = (more: Record<string, string> = {}) => ({
  OJS_REDIS_URL: `rediss://localhost:${ports.tls}`,
  OJS_REDIS_USERNAME: 'ojs',
  OJS_SECRET_REDIS_PASSWORD: 'p-1',
  OJS_REDIS_CA_FILE: join(directory, 'ca.pem'),
  OJS_REDIS_CERT_FILE: join(directory, 'client.crt'),
  OJS_REDIS_KEY_FILE: join(directory, 'client.key'),
  ...more,
});
const development = { OJS_ENV: 'development', OJS_PLAIN_PORT: '0' };
const open = async (more: Record<string, string> = {}) => {
  const config = loadConfig({ env: { ...development, ...tlsSettings(more) }, execArgv: [] });
  const connections = await connectRedis(config, NOBODY);
  onTestFinished(() => connections.close());
  return { config, ...connections };
};
/** What Redis refused to its users, since the last time. */
async function refused(): Promise<unknown[]> {
  const entries = (await admin.client.call('ACL', 'LOG')) as unknown[];
  await admin.client.call('ACL', 'LOG', 'RESET');
  return entries;
}

describe('the user that the documentation gives the server', () => {
  it('has the commands that are in the code, and no other', async () => {
    const list = (await admin.client.call('COMMAND', 'LIST')) as string[];
    const known = new Set(list.map((name) => name.toLowerCase()));
    const inCode = commandsIn(['src/**/*.ts', 'lua/*.lua'], known, 'src/engine/check/');
    const byTheClient = ['asking', 'cluster|slots', 'evalsha'];
    expect(documented.get('ojs'), 'docs/redis.md gives what the code needs').toEqual(
      [...inCode, ...byTheClient].sort(),
    );
    const ofDoctor = commandsIn(['src/engine/check/*.ts', 'lua/stats.lua'], known).filter((name) => name !== 'set');
    // The libraries before its script call two more.
    const both = [...ofDoctor, 'asking', 'cluster|slots', 'hexists', 'info', 'ping', 'time'].sort();
    expect(documented.get('ojs-doctor')).toEqual(both);
  });

  it('is enough for the whole server, over TLS with a certificate of its own', async () => {
    const ojs = await startHarness(tlsSettings(), { redis });
    onTestFinished(() => ojs.stop());
    const [producer, worker, operator, boss] = [
      await ojs.key('producer', 'producer'),
      await ojs.key('worker', 'worker'),
      await ojs.key('admin', 'operator'),
      await ojs.key('admin', 'admin'),
    ];
    const job = { type: 'a', args: [1], options: { queue: 'q', unique: { keys: ['type'], on_conflict: 'ignore' } } };
    const created = await ojs.send('POST', '/ojs/v1/jobs', { key: producer, body: job });
    expect(created.status).toBe(201);
    const fetched = await ojs.send('POST', '/ojs/v1/workers/fetch', {
      key: worker,
      body: { queues: ['q'], worker_id: 'w' },
    });
    const [{ id }] = fetched.body.jobs;
    await ojs.send('POST', '/ojs/v1/workers/heartbeat', { key: worker, body: { worker_id: 'w', active_jobs: [id] } });
    const acked = await ojs.send('POST', '/ojs/v1/workers/ack', { key: worker, body: { job_id: id, result: 1 } });
    expect(acked.status).toBe(200);
    const hook = { url: 'https://hooks.example.com/', events: ['*'] };
    const reads = [`jobs/${id}`, 'queues', 'queues/q/stats', 'dead-letter', 'workers', 'webhooks/subscriptions'];
    for (const path of reads)
      expect((await ojs.send('GET', `/ojs/v1/${path}`, { key: boss })).status, path).toBeLessThan(405);
    expect((await ojs.send('POST', '/ojs/v1/webhooks/subscriptions', { key: boss, body: hook })).status).toBeLessThan(
      300,
    );
    expect((await ojs.send('GET', '/ojs/v1/queues/q/stats', { key: operator })).status).toBe(200);
    expect(await refused()).toEqual([]);
  });

  it('is enough for everything that the engine does, and for the doctor', async () => {
    const url = `redis://ojs:p-1@127.0.0.1:${ports.plain}`;
    const { engine, close } = await openEngine(url, { events: 1_000_000, deadLetters: 5, history: 3 });
    // What only tests do (moments that come at once) is done by another user.
    const sweep = await createSweep(redis.url);
    onTestFinished(async () => void (await Promise.all([close(), sweep.close()])));
    let state = 7;
    const chance = (n: number): number => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
      return (state >>> 8) % n;
    };
    const { steps } = anything({ engine, client: admin.client, sweep, tenant: 'acme', chance });
    const names = Object.keys(steps);
    for (let n = 0; n < 400; n++) {
      await steps[names[chance(names.length)] ?? '']?.().catch((error: unknown) => {
        if (!(error instanceof EngineRefusal)) throw error;
      });
    }
    const doctor = runMain(['doctor'], { ...development, ...tlsSettings({ OJS_REDIS_USERNAME: 'ojs-doctor' }) });
    const code = await doctor.ended;
    expect(await refused()).toEqual([]);
    expect([code, doctor.output()]).toEqual([0, expect.any(String)]);
  });

  it('may not flush, list or configure anything, nor see keys or channels of others', async () => {
    await admin.client.set('other', 'x');
    const { client, subscriber } = await open();
    const attempts = [
      ...[
        'FLUSHALL',
        'KEYS *',
        'CONFIG GET *',
        'ACL LIST',
        'MONITOR',
        'SCRIPT FLUSH',
        'SHUTDOWN',
        'SCAN 0',
        'GET other',
      ],
      ...['SET other y', 'RENAME {ojs}/format other', 'PUBLISH other x', 'EVAL return{redis.call("GET","other")} 0'],
    ];
    for (const attempt of attempts) {
      const [command = '', ...rest] = attempt.split(' ');
      await expect(client.call(command, ...rest), attempt).rejects.toThrow(/NOPERM|can't access/);
    }
    const listener = subscriber();
    await vi.waitFor(() => expect(listener.status).toBe('ready'), { timeout: 20_000 });
    await expect(listener.subscribe('other')).rejects.toThrow('NOPERM');
    expect(await admin.client.get('other')).toBe('x');
    await refused();
  });
});

describe('the certificate of Redis', () => {
  const failure = async (more: Record<string, string>): Promise<unknown> =>
    open(more).then(
      () => 'connected',
      (error: { code?: string; message: string }) => error.code ?? error.message,
    );

  it('is believed only of the authority that is set, for the name in the address, and never unchecked', async () => {
    const other = join(directory, 'other.pem');
    await writeFile(other, (await createAuthority()).cert);
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(await failure({ OJS_REDIS_CA_FILE: other })).toMatch(/UNABLE_TO_VERIFY|SELF_SIGNED|ISSUER/);
    expect(await failure({ OJS_REDIS_URL: `rediss://127.0.0.1:${ports.tls}` })).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
    expect(await failure({})).toBe('connected');
  });

  it('is not all: Redis refuses who has none of its own', async () => {
    const { OJS_REDIS_CERT_FILE: _, OJS_REDIS_KEY_FILE: __, ...without } = tlsSettings();
    const config = loadConfig({ env: { ...development, ...without }, execArgv: [] });
    await expect(connectRedis(config, NOBODY)).rejects.toThrow();
  });

  it('is asked for by options in an address in vain: such an address is no address', () => {
    for (const query of ['?rejectUnauthorized=false', '?tls=off', '#x']) {
      const env = { ...development, ...tlsSettings({ OJS_REDIS_URL: `rediss://localhost:1/${query}` }) };
      expect(() => loadConfig({ env, execArgv: [] })).toThrow(/OJS_REDIS_URL: must be redis:/);
    }
  });
});

describe('the password of Redis', () => {
  const isUp = (client: Connections['client'], text: string) =>
    vi.waitFor(async () => expect(await client.ping()).toBe(text), { timeout: 5_000, interval: 10 });
  const cutAll = () => admin.client.call('CLIENT', 'KILL', 'TYPE', 'NORMAL', 'SKIPME', 'YES');
  const setUser = (...rules: string[]) => admin.client.call('ACL', 'SETUSER', 'ojs', ...rules);

  it('is rotated without a restart, and no request fails', async () => {
    const { client, config, subscriber } = await open();
    const listener = subscriber();
    await isUp(client, 'PONG');
    let isOver = false;
    const asking = (async () => {
      for (let n = 0; ; n++) {
        await client.incr('{ojs:acme}/count');
        if (isOver) return n;
      }
    })();
    await setUser('>p-2');
    config.secrets.replace('REDIS_PASSWORD', 'p-2');
    await setUser('<p-1');
    isOver = true;
    expect(await asking).toBeGreaterThan(0);
    const reconnected = Promise.all([client, listener].map((each) => new Promise((done) => each.once('ready', done))));
    await admin.client.call('CLIENT', 'KILL', 'USER', 'ojs');
    await reconnected;
    await isUp(client, 'PONG');
    await setUser('>p-1', '<p-2');
  });

  it('that Redis does not know yet leaves the one before it in use', async () => {
    const { client, config } = await open();
    config.secrets.replace('REDIS_PASSWORD', 'p-3');
    await cutAll();
    await isUp(client, 'PONG');
    await setUser('>p-3', '<p-1');
    await cutAll();
    await isUp(client, 'PONG');
    await setUser('>p-1', '<p-3');
  });

  it('and the certificate that we show are those of the moment, for each new connection', async () => {
    const { client } = await open();
    const [cert, key] = [join(directory, 'client.crt'), join(directory, 'client.key')];
    const old = { cert: await readFile(cert, 'utf8'), key: await readFile(key, 'utf8') };
    // Half of a new pair: what is known to be good stays.
    await writeFile(cert, (await authority.issue({ names: ['ojs.internal'], usage: 'client' })).cert);
    await cutAll();
    await isUp(client, 'PONG');
    const stranger = await (await createAuthority()).issue({ names: ['ojs.internal'], usage: 'client' });
    await Promise.all([writeFile(cert, stranger.cert), writeFile(key, stranger.key)]);
    await cutAll();
    await expect.poll(() => client.status, { timeout: 5_000 }).not.toBe('ready');
    await Promise.all([writeFile(cert, old.cert), writeFile(key, old.key)]);
    await isUp(client, 'PONG');
  });

  it('is that of the moment for every node of a cluster', async () => {
    const cluster = await startRedisCluster();
    onTestFinished(() => cluster.stop());
    const nodes = await Promise.all(cluster.nodes.map(({ url }) => connectNode(url)));
    const setAll = (password: string) => Promise.all(nodes.map((node) => node.config('SET', 'requirepass', password)));
    let passwords = ['c-1'];
    await setAll('c-1');
    const { client, close, subscriber } = await connect(
      { urls: cluster.url.split(','), login: () => ({ passwords }) },
      () => undefined,
    );
    onTestFinished(close);
    const listener = subscriber();
    await expect.poll(() => listener.status).toBe('ready');
    await setAll('c-2');
    passwords = ['c-2'];
    await Promise.all(nodes.map((node) => node.call('CLIENT', 'KILL', 'TYPE', 'NORMAL', 'SKIPME', 'YES')));
    for (const tenant of ['a', 'b', 'c', 'd', 'e']) {
      const incr = () => client.incr(`{ojs:${tenant}}/n`).catch(() => 0);
      await expect.poll(incr, { timeout: 10_000, interval: 10 }).toBeGreaterThan(0);
    }
    await expect.poll(() => listener.subscribe('x').catch(() => 0), { timeout: 10_000, interval: 10 }).toBe(1);
  });
});

/** A connection that keeps its login when passwords change, because it is open already. */
async function connectNode(url: string): Promise<Redis> {
  const node = new Redis(url);
  onTestFinished(() => node.disconnect());
  await node.ping();
  return node;
}

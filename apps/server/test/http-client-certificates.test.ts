import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { type Authority, createAuthority, type Issued, type IssueOptions, writePrivateFile } from '@ojs/dev';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { loadConfig } from '../src/config/config.ts';
import { type RunningServer, startServer } from '../src/server.ts';
import { chainOf } from './certificate-fixtures.ts';
import { type AuditRecord, type Harness, startHarness } from './http-harness.ts';

const WORKER = 'spiffe://example.org/worker/w1';
const HEALTHY = { method: 'GET', path: '/ojs/v1/health' };

let directory: string;
let root: Authority;
let mesh: Authority;
let acme: Authority;
let team: Authority;
let harness: Harness;
let other: RunningServer;

const file = (name: string): string => join(directory, name);
const rule = (more: object = {}) => ({
  authority: 'mesh',
  san: 'uri',
  match: 'spiffe://example.org/worker/*',
  principal: 'worker/*',
  plane: 'worker',
  roles: ['worker'],
  ...more,
});

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ojs-mtls-'));
  [root, acme] = await Promise.all([
    createAuthority({ pathLength: 1 }),
    createAuthority({ name: 'Acme CA', pathLength: 1 }),
  ]);
  mesh = await root.intermediate();
  await writeFile(file('mesh.pem'), `${root.cert}\n${mesh.cert}`);
  await writeFile(file('acme.pem'), acme.cert);
  team = await acme.intermediate({ name: 'Team' });
  await writeFile(file('team.pem'), team.cert);
  await publish();
  await believe();
  harness = await startHarness({ OJS_IDENTITY_FILE: file('identity.json'), OJS_PROXY_TRUSTED: '127.0.0.9' });
  other = await startServer(loadConfig({ env: { ...harness.env, OJS_PLAIN_PORT: '0' }, execArgv: [] }));
});
afterAll(async () => {
  await other?.stop('test');
  await harness?.stop();
  await rm(directory, { recursive: true, force: true });
});

/** Writes the identity file. @param worker what the rule for workers says otherwise */
const believe = (worker: object = {}): Promise<void> =>
  writeFile(
    file('identity.json'),
    JSON.stringify({
      certificates: {
        authorities: [
          { id: 'mesh', caFile: file('mesh.pem'), crlFile: file('mesh.crl'), tenant: '_default' },
          { id: 'acme', caFile: file('acme.pem'), tenant: 'acme' },
          { id: 'team', caFile: file('team.pem'), tenant: 'team' },
        ],
        rules: [
          rule(worker),
          rule({ san: 'dns', match: 'shop.example.org', principal: 'shop', plane: 'producer', roles: ['producer'] }),
          rule({ authority: 'acme', principal: 'acme/*' }),
          rule({ authority: 'team', principal: 'team/*' }),
        ],
      },
    }),
  );

/** Publishes the lists of both authorities as they are. */
async function publish(options?: Parameters<Authority['crl']>[0]): Promise<void> {
  await writePrivateFile(file('mesh.crl'), `${await root.crl(options)}\n${await mesh.crl(options)}`);
}

const client = (options: Partial<IssueOptions> = {}, of = mesh): Promise<Issued> =>
  of.issue({ names: [WORKER], usage: 'client', ...options });

interface Answered {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly body: any;
}

interface Ask {
  readonly key?: string;
  readonly method?: string;
  readonly path?: string;
  readonly body?: object;
  readonly headers?: Record<string, string>;
}

/** A client with a certificate, which keeps its connections. */
function agentOf(issued: Pick<Issued, 'key' | 'chain'> | undefined, options: object = {}): Agent {
  const shown = issued && { key: issued.key, cert: issued.chain };
  const agent = new Agent({ keepAlive: true, ca: harness.ca, maxSockets: 1, ...shown, ...options });
  onTestFinished(() => agent.destroy());
  return agent;
}

function ask(
  agent: Agent,
  { key, body, headers, method = 'POST', path = '/ojs/v1/workers/fetch' }: Ask = {},
  port = harness.port,
) {
  const text = method === 'GET' ? undefined : JSON.stringify(body ?? { queues: ['a'] });
  return new Promise<Answered>((resolve, reject) => {
    const sent = request(
      {
        ...{ agent, method, path, port, host: '127.0.0.1', servername: 'localhost' },
        headers: {
          ...(text !== undefined && {
            'content-type': 'application/openjobspec+json',
            'content-length': Buffer.byteLength(text),
          }),
          ...(key && { authorization: `Bearer ${key}` }),
          ...headers,
        },
      },
      async (response) => {
        const chunks = await response.toArray();
        const heard = Buffer.concat(chunks).toString();
        resolve({ status: response.statusCode ?? 0, body: JSON.parse(heard || 'null') });
      },
    );
    sent.on('error', reject);
    sent.end(text);
  });
}

const portOf = (server: Pick<RunningServer, 'url'>): number => Number(new URL(server.url).port);

/** The last session of each connection, to resume. */
const sessions = new WeakMap<TLSSocket, Buffer>();

/** A connection at the level of TLS. */
async function socketOf(issued: Issued, options: object = {}, port = harness.port): Promise<TLSSocket> {
  const socket = connect({
    ...{ port, host: '127.0.0.1', servername: 'localhost', ca: harness.ca, key: issued.key, cert: issued.chain },
    ...options,
  });
  socket.on('error', () => undefined);
  socket.on('session', (session) => void sessions.set(socket, session));
  onTestFinished(() => void socket.destroy());
  await once(socket, 'secureConnect');
  return socket;
}

/** What the audit log says of refused certificates since. */
async function refusals(since: number): Promise<AuditRecord['detail'][]> {
  const records = await harness.audit();
  return records
    .filter((each) => each.event_type === 'tls.client_certificate.refused' && Date.parse(each.timestamp) >= since)
    .map(({ detail }) => detail);
}

describe('a client certificate', () => {
  test('is the credential of the principal that its name stands for, on its plane and with its queues', async () => {
    const agent = agentOf(await client());
    expect(await ask(agent)).toEqual({ status: 200, body: { jobs: [] } });
    const job = { type: 'a', args: [], queue: 'a' };
    expect((await ask(agent, { path: '/ojs/v1/jobs', body: job })).status).toBe(403);
    const shop = agentOf(await client({ names: ['shop.example.org'] }));
    expect((await ask(shop, { path: '/ojs/v1/jobs', body: job })).status).toBe(201);
    expect(await harness.audit()).toContainEqual(
      expect.objectContaining({
        event_type: 'auth.login.success',
        principal: 'worker/w1',
        detail: expect.objectContaining({ mechanism: 'certificate' }),
      }),
    );
  });

  test('is not needed: who shows none is asked for another credential', async () => {
    const agent = agentOf(undefined);
    expect((await ask(agent)).status).toBe(401);
    expect((await ask(agent, { key: await harness.key('worker', 'worker') })).status).toBe(200);
  });

  test('for which there is no rule stands for nobody, and does not stand in the way of another credential', async () => {
    const agent = agentOf(await client({ names: ['spiffe://example.org/other/x'], commonName: 'admin' }));
    expect((await ask(agent)).status).toBe(401);
    expect((await ask(agent, { key: await harness.key('worker', 'worker') })).status).toBe(200);
  });

  test('speaks for the tenant of its authority and for no other', async () => {
    const agent = agentOf(await client({}, acme));
    expect((await ask(agent)).status).toBe(200);
    expect((await ask(agent, { headers: { 'x-ojs-tenant': 'acme' } })).status).toBe(200);
    const denied = await ask(agent, { headers: { 'x-ojs-tenant': 'beta' } });
    expect(denied).toMatchObject({ status: 403, body: { error: { code: 'tenant_access_denied' } } });
  });

  test('of an intermediate that is an authority by itself is of that one, not of the root above', async () => {
    const agent = agentOf(await client({}, team));
    expect((await ask(agent, { headers: { 'x-ojs-tenant': 'team' } })).status).toBe(200);
    expect((await ask(agent, { headers: { 'x-ojs-tenant': 'acme' } })).status).toBe(403);
  });

  test('and an API key must be of the same principal and tenant', async () => {
    const agent = agentOf(await client());
    expect((await ask(agent, { key: await harness.key('worker', 'worker', { principal: 'worker/w1' }) })).status).toBe(
      200,
    );
    for (const more of [{ principal: 'worker/w2' }, { principal: 'worker/w1', tenant: 'acme' }]) {
      expect(await ask(agent, { key: await harness.key('worker', 'worker', more) })).toMatchObject({
        status: 403,
        body: { error: { code: 'permission_denied' } },
      });
    }
  });

  test.each<[number, Record<string, string>]>([
    [200, {}],
    [200, { 'sec-fetch-site': 'none' }],
    [200, { 'sec-fetch-site': 'same-origin', origin: 'https://localhost' }],
    [401, { 'sec-fetch-site': 'cross-site' }],
    [401, { 'sec-fetch-site': 'same-site' }],
    [401, { origin: 'https://evil.example' }],
    [401, { origin: 'null' }],
  ])('that a browser shows by itself is answered with %i where its headers are %o', async (status, headers) => {
    const agent = agentOf(await client({ names: ['shop.example.org'] }));
    expect((await ask(agent, { method: 'GET', path: '/ojs/v1/queues', headers })).status).toBe(status);
  });

  test('that means two principals is no credential', async () => {
    const agent = agentOf(await client({ names: [WORKER, 'shop.example.org'] }));
    expect((await ask(agent)).status).toBe(401);
  });
});

describe('a connection is closed in the handshake, with reason and serial in the audit log, when its certificate', () => {
  test.each<[string, () => Promise<Issued>, string]>([
    ['is for servers only', () => client({ usage: 'server' }), 'not_for_clients'],
    ['does not say what it is for', () => client({ usage: 'none' }), 'no_extended_key_usage'],
    ['is an authority', () => client({ isAuthority: true }), 'is_an_authority'],
    ['has expired', () => client({ days: -1 }), 'expired'],
    ['was issued by nobody who is known', async () => client({}, await createAuthority()), 'unknown_authority'],
    [
      'has 100 names',
      () => client({ names: Array.from({ length: 100 }, (_, at) => `w${at}.example.org`) }),
      'certificate has too many names',
    ],
    [
      'has NUL in a name',
      () => client({ names: [{ type: 'url', value: `${WORKER}\0.evil` }] }),
      'certificate has a name with forbidden characters',
    ],
    [
      "speaks a worker's name but comes from an authority that is only below another's root",
      () => pretended(),
      'unknown_authority',
    ],
  ])('%s', async (_, make, reason) => {
    const since = Date.now();
    const issued = await make();
    await expect(ask(agentOf(issued), HEALTHY)).rejects.toThrow();
    const [refused, ...more] = await refusals(since);
    expect(more).toEqual([]);
    expect(refused).toMatchObject({ reason });
    if (!reason.startsWith('certificate ')) {
      expect(refused).toMatchObject({ serial: issued.serialNumber.toUpperCase() });
    }
    expect(JSON.stringify(await harness.audit())).not.toContain('BEGIN CERTIFICATE');
  });

  /** The root of the mesh allows one authority below it; this is below that. */
  async function pretended(): Promise<Issued> {
    return client({}, await mesh.intermediate({ name: 'Beyond' }));
  }
});

describe('a certificate that a trusted proxy forwards', () => {
  const sequence = (pem: string): string[] => chainOf(pem).map((der) => `:${der.toString('base64')}:`);
  const forwarded = ({ chain }: Pick<Issued, 'chain'>): Record<string, string> => {
    const [leaf = '', ...issuers] = sequence(chain);
    return { 'client-cert': leaf, ...(issuers.length > 0 && { 'client-cert-chain': issuers.join(', ') }) };
  };
  const proxy = (issued?: Issued): Agent => agentOf(issued, { localAddress: '127.0.0.9' });

  test('is judged like one that is shown, and the proxy’s own says nothing of the client', async () => {
    const of = proxy(await client());
    expect((await ask(of)).status).toBe(401);
    expect((await ask(of, { headers: forwarded(await client({}, acme)) })).status).toBe(200);
    const shop = await client({ names: ['shop.example.org'] });
    expect((await ask(of, { headers: forwarded(shop) })).status).toBe(403);
  });

  test('is refused with the same 401 as every credential, and with its reason in the audit log', async () => {
    const since = Date.now();
    const issued = await client({ usage: 'server' });
    expect(await ask(proxy(), { headers: forwarded(issued) })).toMatchObject({
      status: 401,
      body: { error: { code: 'unauthenticated' } },
    });
    const serial = issued.serialNumber.toUpperCase();
    expect(await refusals(since)).toEqual([{ reason: 'not_for_clients', serial }]);
    const key = await harness.key('worker', 'worker');
    expect((await ask(proxy(), { key, headers: forwarded(issued) })).status).toBe(401);
  });

  test('is refused as soon as it is revoked', async () => {
    const issued = await client();
    const of = proxy();
    expect((await ask(of, { headers: forwarded(issued) })).status).toBe(200);
    mesh.revoke(issued.serialNumber);
    await publish();
    await expect.poll(async () => (await ask(of, { headers: forwarded(issued) })).status).toBe(401);
  });

  test('is nothing where anybody else sends it', async () => {
    const of = agentOf(undefined, { localAddress: '127.0.0.2' });
    expect((await ask(of, { headers: forwarded(await client()) })).status).toBe(401);
  });
});

/** A request that fetches a job, as bytes. */
const FETCH = [
  'POST /ojs/v1/workers/fetch HTTP/1.1',
  'Host: localhost',
  'Content-Type: application/json',
  'Content-Length: 16',
  '',
  '{"queues":["a"]}',
].join('\r\n');

/** Sends it, and hears the status of the answer, or that the connection ended. */
async function fetched(socket: TLSSocket): Promise<string> {
  socket.write(FETCH);
  const heard = await Promise.race([once(socket, 'data'), once(socket, 'close').then(() => ['closed'])]);
  return String(heard[0]).split('\r\n', 1)[0] ?? '';
}

describe.each(['TLSv1.2', 'TLSv1.3'] as const)('with %s', (maxVersion) => {
  test('a session is resumed with the certificate that it began with, its chain included', async () => {
    const issued = await client({}, await acme.intermediate());
    const first = await socketOf(issued, { maxVersion });
    expect(await fetched(first)).toBe('HTTP/1.1 200 OK');
    const session = sessions.get(first);
    const resumed = await socketOf(issued, { maxVersion, session });
    expect(resumed.isSessionReused()).toBe(true);
    expect(await fetched(resumed)).toBe('HTTP/1.1 200 OK');
  });

  test('a revocation closes what is open at every server, and no session can be resumed', async () => {
    const issued = await client();
    const spared = await client();
    const ports = [harness.port, portOf(other)];
    const open = await Promise.all(ports.map((port) => socketOf(issued, { maxVersion }, port)));
    for (const socket of open) expect(await fetched(socket)).toBe('HTTP/1.1 200 OK');
    const unharmed = await Promise.all(ports.map((port) => socketOf(spared, { maxVersion }, port)));
    const since = Date.now();
    const closed = Promise.all(open.map((socket) => once(socket, 'close')));
    mesh.revoke(issued.serialNumber);
    await publish();
    await closed;
    for (const [at, port] of ports.entries()) {
      const session = sessions.get(open[at] as TLSSocket);
      await expect(ask(agentOf(issued, { maxVersion }), {}, port)).rejects.toThrow();
      const resumed = connect({
        ...{ port, host: '127.0.0.1', servername: 'localhost', ca: harness.ca, maxVersion, session },
        ...{ key: issued.key, cert: issued.chain },
      });
      resumed.on('error', () => undefined);
      resumed.write(FETCH);
      expect(String(Buffer.concat(await resumed.toArray().catch(() => [])))).toBe('');
    }
    for (const socket of unharmed) expect(await fetched(socket)).toBe('HTTP/1.1 200 OK');
    const serial = issued.serialNumber.toUpperCase();
    expect(await refusals(since)).toEqual(Array(6).fill({ reason: 'revoked', serial, authority: 'mesh' }));
  });
});

test('a connection ends when its certificate does', async () => {
  const since = Date.now();
  const issued = await client({ days: 2.9 / 86_400 });
  const socket = await socketOf(issued);
  expect(await fetched(socket)).toBe('HTTP/1.1 200 OK');
  await once(socket, 'close');
  expect(Date.now()).toBeGreaterThanOrEqual(Math.floor(issued.notAfter.getTime() / 1_000) * 1_000);
  expect(await refusals(since)).toMatchObject([{ reason: 'expired' }]);
});

test('a stream of events ends with its certificate', async () => {
  const issued = await client();
  const socket = await socketOf(issued);
  socket.write('GET /ojs/v1/events/stream HTTP/1.1\r\nHost: localhost\r\n\r\n');
  expect(String((await once(socket, 'data'))[0])).toContain('HTTP/1.1 200 OK');
  const closed = once(socket, 'close');
  mesh.revoke(issued.serialNumber);
  await publish();
  await closed;
});

describe('a worker that registers with its certificate', () => {
  const register = (agent: Agent, worker_id: string) =>
    ask(agent, { path: '/ojs/v1/workers/register', body: { worker_id } });

  test('does not get the worker id of another certificate of the same authority', async () => {
    const [one, another] = [agentOf(await client()), agentOf(await client({ names: [`${WORKER}2`] }))];
    expect((await register(one, 'process-1')).status).toBe(200);
    expect((await register(one, 'process-1')).status).toBe(200);
    expect((await register(another, 'process-1')).status).toBe(403);
  });

  test('has a token that ends when the rule says something else', async () => {
    const agent = agentOf(await client());
    const key: string = (await register(agent, 'process-2')).body.access_token;
    const fetches = async () => (await ask(agent, { key })).status;
    expect(await fetches()).toBe(200);
    await believe({ queues: ['b'] });
    await expect.poll(fetches, { interval: 20, timeout: 5_000 }).toBe(401);
    await believe();
    await expect.poll(fetches, { interval: 20, timeout: 5_000 }).toBe(200);
  });
});

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { type IncomingHttpHeaders, request as plainRequest } from 'node:http';
import { Agent, request as secureRequest } from 'node:https';
import { connect as connectPlain, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { type Child, createAuthority, type PrivateRedis, startChild, startRedis, writeCertificate } from '@ojs/dev';
import { expect } from 'vitest';
import { DEFAULT_POLICY } from '../src/access/policy.ts';
import { Tenants } from '../src/access/tenants.ts';
import { loadConfig } from '../src/config/config.ts';
import { CredentialManager } from '../src/identity/manage/manager.ts';
import { type Connections, connect } from '../src/redis/connect.ts';
import { type RunningServer, startServer } from '../src/server.ts';

export const MEDIA_TYPE = 'application/openjobspec+json';

/** An answer, with its body as JSON. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly body: any;
}

export interface Send {
  readonly key?: string | undefined;
  /** JSON value, or text or bytes as they are. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly plain?: boolean;
}

export interface KeyOptions {
  readonly tenant?: string;
  readonly queues?: readonly string[];
  readonly principal?: string;
}

export interface Harness {
  readonly server: Pick<RunningServer, 'url' | 'plainUrl'>;
  /** The process, where the server has one of its own. */
  readonly child: Child | undefined;
  readonly redis: PrivateRedis;
  readonly connections: Connections;
  readonly ca: string;
  readonly port: number;
  readonly env: Readonly<Record<string, string>>;
  key(plane: 'producer' | 'worker' | 'admin', role: string, options?: KeyOptions): Promise<string>;
  /** Revokes every credential of the principal, as the command line would. */
  revoke(principal: string): Promise<void>;
  send(method: string, path: string, options?: Send): Promise<Answer>;
  /** Bytes on a bare TLS (or, where said, TCP) connection, and all that comes back until it closes or is quiet. */
  raw(text: string | Buffer, options?: { plain?: boolean }): Promise<string>;
  socket(options?: { plain?: boolean }): Promise<Socket>;
  audit(): Promise<AuditRecord[]>;
  stop(): Promise<void>;
}

export interface AuditRecord {
  readonly timestamp: string;
  readonly event_type: string;
  readonly principal: string;
  readonly source_ip: string;
  readonly correlation_id: string;
  readonly tenant: string;
  readonly outcome: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** The command line: no rights are asked for. */
const LOCAL = { name: 'local:test', force: true };

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));

/** Runs the command line of the server from its sources, as a process of its own. */
export const runMain = (args: string[], env: Readonly<Record<string, string>>, ipc = false): Child =>
  startChild(process.execPath, [MAIN, ...args], { env: { PATH: process.env.PATH ?? '', ...env }, ipc });

interface Started {
  readonly url: string;
  readonly plainUrl: string | undefined;
  stop(): Promise<void>;
  readonly child: Child | undefined;
}

async function startOwn(env: Readonly<Record<string, string>>): Promise<Started> {
  const child = runMain(['start'], env, true);
  const message = await Promise.race([once(child.process, 'message'), child.ended]);
  if (!Array.isArray(message)) throw new Error(`the server ended: ${child.output()}`);
  const { url, plainUrl } = message[0] as { url: string; plainUrl?: string };
  return { url, plainUrl, child, stop: () => child.stop() };
}

async function startHere(env: Readonly<Record<string, string>>): Promise<Started> {
  const server = await startServer(loadConfig({ env, execArgv: [] }));
  return { url: server.url, plainUrl: server.plainUrl, child: undefined, stop: () => server.stop('test') };
}

/**
 * Starts the server with TLS, a Redis of its own, and a plain listener on the loopback: in this process, or where a test
 * looks at the process itself, as a child.
 */
export async function startHarness(
  settings: Readonly<Record<string, string | undefined>> = {},
  { asChild = false, redis: shared }: { asChild?: boolean; redis?: PrivateRedis } = {},
): Promise<Harness> {
  const directory = await mkdtemp(join(tmpdir(), 'ojs-http-'));
  const authority = await createAuthority();
  const certificate = await authority.issue({ names: ['localhost', '127.0.0.1', '::1'] });
  const { certFile, keyFile } = await writeCertificate(directory, 'server', certificate);
  const redis = shared ?? (await startRedis());
  const auditFile = join(directory, 'audit.jsonl');
  const all = {
    OJS_ENV: 'development',
    OJS_HOST: '127.0.0.1',
    OJS_PORT: '0',
    OJS_PLAIN_PORT: '0',
    OJS_TLS_CERT_FILE: certFile,
    OJS_TLS_KEY_FILE: keyFile,
    OJS_REDIS_URL: redis.url,
    OJS_AUDIT_FILE: auditFile,
    OJS_LOG_LEVEL: 'silent',
    // Production does not start without one.
    OJS_SECRET_SERVER_KEY: randomBytes(32).toString('base64url'),
    ...settings,
  };
  const env = Object.fromEntries(
    Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  const server = await (asChild ? startOwn(env) : startHere(env));
  const connections = await connect({ urls: [redis.url] }, () => undefined);
  const manager = new CredentialManager({
    redis: connections.client,
    tenants: new Tenants(connections.client),
    policy: () => DEFAULT_POLICY,
    graceMs: 86_400_000,
    now: Date.now,
  });
  const agent = new Agent({ keepAlive: true, ca: authority.cert });
  const port = Number(new URL(server.url).port);
  const plainPort = server.plainUrl === undefined ? 0 : Number(new URL(server.plainUrl).port);

  const socket = async ({ plain = false } = {}): Promise<Socket> => {
    const opened = plain
      ? connectPlain(plainPort, '127.0.0.1')
      : connectTls({ port, host: '127.0.0.1', servername: 'localhost', ca: authority.cert });
    opened.on('error', () => undefined);
    await once(opened, plain ? 'connect' : 'secureConnect');
    return opened;
  };

  return {
    server,
    child: server.child,
    redis,
    connections,
    ca: authority.cert,
    port,
    env,
    socket,
    async key(plane, role, { tenant = '_default', queues = ['*'], principal = `${role}@test` } = {}) {
      const draft = { kind: 'api_key', plane, roles: [role], principal, tenant, queues } as const;
      return (await manager.create(LOCAL, draft)).key;
    },
    async revoke(principal) {
      const { records } = await manager.list(LOCAL);
      for (const { id } of records.filter((record) => record.principal === principal)) await manager.revoke(LOCAL, id);
    },
    send(method, path, { key, body, headers = {}, plain = false } = {}) {
      const bytes =
        body === undefined ? undefined : isRaw(body) ? Buffer.from(body) : Buffer.from(JSON.stringify(body));
      const all = {
        ...(key !== undefined && { authorization: `Bearer ${key}` }),
        ...(bytes !== undefined && { 'content-type': MEDIA_TYPE, 'content-length': String(bytes.length) }),
        ...headers,
      };
      const options = {
        method,
        path,
        headers: all,
        host: '127.0.0.1',
        port: plain ? plainPort : port,
        agent: plain ? undefined : agent,
      };
      return new Promise((resolve, reject) => {
        const sent = (plain ? plainRequest : secureRequest)(options, (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () => {
            const text = Buffer.concat(chunks).toString();
            resolve({
              status: response.statusCode ?? 0,
              headers: response.headers,
              text,
              body: response.headers['content-type'] === MEDIA_TYPE ? JSON.parse(text || 'null') : null,
            });
          });
        });
        sent.on('error', reject);
        sent.end(bytes);
      });
    },
    async raw(text, options) {
      const opened = await socket(options);
      let heard = '';
      opened.on('data', (chunk: Buffer) => {
        heard += chunk.toString('latin1');
      });
      opened.write(text);
      await once(opened, 'close');
      return heard;
    },
    async audit() {
      // Written in the background, in order.
      await new Promise((resolve) => setTimeout(resolve, 30));
      const text = await readFile(auditFile, 'utf8').catch(() => '');
      return text
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as AuditRecord);
    },
    async stop() {
      agent.destroy();
      await server.stop();
      await connections.close();
      if (shared === undefined) await redis.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

const isRaw = (body: unknown): body is string | Buffer => typeof body === 'string' || Buffer.isBuffer(body);

/** That an answer refuses in the format of all others. */
export function expectRefusal(answer: Answer, status: number, code: string): void {
  expect({ status: answer.status, code: answer.body?.error?.code }).toEqual({ status, code });
  expect(answer.body.error).toMatchObject({ message: expect.any(String), retryable: expect.any(Boolean) });
  expect(answer.body.error.request_id).toBe(answer.headers['x-request-id']);
  expect(answer.headers['content-type']).toBe(MEDIA_TYPE);
  expect(answer.headers['ojs-version']).toBe('1.0');
}

/** What came back on a bare connection: every answer in our format, told apart. */
export function answers(text: string): { status: number; body: { error?: { code: string } }; head: string }[] {
  const found = [...text.matchAll(/HTTP\/1\.1 (\d{3}) [^\r]*\r\n(.*?)\r\n\r\n(\{.*?\}(?=HTTP\/1\.1|$)|)/gs)];
  return found.map(([, status, head, body]) => ({
    status: Number(status),
    head: head ?? '',
    body: JSON.parse(body || '{}'),
  }));
}

/** A request line and headers. */
export const lines = (...all: string[]) => `${all.join('\r\n')}\r\n\r\n`;

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Authority, createAuthority } from './authority.ts';
import { writeCertificate } from './certificate-files.ts';
import { createKey, type KeyRequest } from './create-key.ts';
import { freePorts } from './free-port.ts';
import { type PrivateRedis, startRedis } from './redis.ts';
import { launchServer, type RunningServer } from './server.ts';

/** Options of {@link startTestServer}. */
export type TestServerOptions = {
  /** The Redis or cluster to use, as OJS_REDIS_URL takes it. Default: a Redis of its own that `stop()` ends. */
  redisUrl?: string;
  /** Who issues the server's certificate. Default: a new authority. */
  authority?: Authority;
  /** More settings, or others than the defaults: OJS_ENV=development, TLS, free ports on 127.0.0.1. */
  env?: Record<string, string | undefined>;
};

/** A server with everything around it, for tests that need the real thing. */
export type TestServer = RunningServer & {
  authority: Authority;
  /** The root certificate as PEM text, what a client must trust. */
  ca: string;
  /** The settings it was started with. */
  env: Record<string, string | undefined>;
  /** Its own Redis; undefined where `redisUrl` was given. */
  redis: PrivateRedis | undefined;
  createKey: (request: KeyRequest) => Promise<string>;
  /** Starts one more server process on the same Redis, certificates and settings, on other ports. */
  another: (env?: Record<string, string | undefined>) => Promise<RunningServer>;
};

/** Starts the built server with TLS on free ports, and a Redis unless one is given. `stop()` ends and removes all of it. */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const directory = await mkdtemp(join(tmpdir(), 'ojs-server-'));
  const authority = options.authority ?? (await createAuthority());
  const certificate = await authority.issue({ names: ['localhost', '127.0.0.1', '::1'] });
  const { certFile, keyFile } = await writeCertificate(directory, 'server', certificate);
  const redis = options.redisUrl === undefined ? await startRedis() : undefined;
  const settings = {
    OJS_ENV: 'development',
    OJS_HOST: '127.0.0.1',
    OJS_TLS_CERT_FILE: certFile,
    OJS_TLS_KEY_FILE: keyFile,
    OJS_REDIS_URL: options.redisUrl ?? redis?.url,
    OJS_AUDIT_FILE: join(directory, 'audit.jsonl'),
  };
  const others: RunningServer[] = [];
  const launch = async (more: Record<string, string | undefined>): Promise<[RunningServer, typeof more]> => {
    const [port, plainPort] = await freePorts(2);
    const env = { ...settings, OJS_PORT: `${port}`, OJS_PLAIN_PORT: `${plainPort}`, ...options.env, ...more };
    return [await launchServer({ env }), env];
  };
  const cleanUp = async (): Promise<void> => {
    await Promise.all(others.map((each) => each.stop()));
    await redis?.stop();
    await rm(directory, { recursive: true, force: true });
  };
  try {
    const [server, env] = await launch({});
    return {
      ...server,
      authority,
      ca: authority.cert,
      env,
      redis,
      createKey: (request) => createKey(env, request),
      async another(more = {}) {
        const [next] = await launch(more);
        others.push(next);
        return next;
      },
      async stop() {
        await server.stop();
        await cleanUp();
      },
    };
  } catch (error) {
    await cleanUp();
    throw error;
  }
}

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Authority,
  createAuthority,
  freePorts,
  type PrivateRedis,
  type RunningServer,
  startTestServer,
  type TestServer,
  writePrivateFile,
} from '@ojs/dev';
import { standStill } from './stand-still.ts';

export const TENANT = 'soak';

export interface Keys {
  readonly producer: string;
  readonly worker: string;
  readonly admin: string;
}

/** Several server processes on one Redis, each at an address of its own that it comes back to after it was killed. */
export interface Fleet {
  readonly urls: readonly string[];
  readonly authority: Authority;
  readonly caFile: string;
  readonly keys: Keys;
  readonly redis: PrivateRedis;
  /** For the server's command line. */
  readonly env: Record<string, string | undefined>;
  kill(place: number): Promise<void>;
  /** Stands still for so long, with everything that it had begun. */
  hang(place: number, ms: number): Promise<void>;
  /** Starts it again at its address. */
  restart(place: number): Promise<void>;
  /** What the servers logged last. */
  output(): string;
  stop(): Promise<void>;
}

/** How often a start is tried: between two lives of a server, somebody else may have its port for a moment. */
const STARTS = 3;

async function again(first: TestServer, port: number): Promise<RunningServer> {
  for (let left = STARTS; ; left--) {
    try {
      return await first.another({ OJS_PORT: `${port}` });
    } catch (error) {
      if (left === 1) throw error;
    }
  }
}

export async function startFleet(count: number): Promise<Fleet> {
  const directory = await mkdtemp(join(tmpdir(), 'ojs-soak-'));
  const authority = await createAuthority();
  const caFile = join(directory, 'ca.pem');
  await writePrivateFile(caFile, authority.cert);
  const ports = await freePorts(count);
  const first = await startTestServer({
    authority,
    env: {
      OJS_PORT: `${ports[0]}`,
      OJS_PLAIN_PORT: undefined,
      OJS_LOG_LEVEL: 'warn',
      OJS_RETENTION_EVENTS: '1000000',
      OJS_LIMITS_CONNECTIONS_PER_CLIENT: '1000',
      OJS_OUTGOING_ALLOW: '127.0.0.1',
      OJS_OUTGOING_CA_FILE: caFile,
    },
  });
  const { redis } = first;
  if (redis === undefined) throw new Error('the servers share a Redis of their own');
  const [producer, worker, admin, ...others] = await Promise.all([
    first.createKey({ plane: 'producer', role: 'producer', tenant: TENANT }),
    first.createKey({ plane: 'worker', role: 'worker', tenant: TENANT }),
    first.createKey({ plane: 'admin', role: 'admin', tenant: TENANT }),
    ...ports.slice(1).map((port) => again(first, port)),
  ]);
  const servers: RunningServer[] = [first, ...others];
  return {
    urls: servers.map(({ url }) => url),
    authority,
    caFile,
    keys: { producer, worker, admin },
    redis,
    env: first.env,
    async kill(place) {
      await servers[place]?.kill();
    },
    async hang(place, ms) {
      const server = servers[place];
      if (server) await standStill(server.pid, ms);
    },
    async restart(place) {
      servers[place] = await again(first, Number(ports[place]));
    },
    output: () => servers.map((server) => server.output()).join('\n'),
    async stop() {
      await first.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

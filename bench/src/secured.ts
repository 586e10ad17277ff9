import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority, createKey, freePort, launchServer, writeCertificate, writePrivateFile } from '@ojs/dev';
import { type CpuMeter, processCpu } from './cpu.ts';
import { TENANT } from './our-engine.ts';
import { type MeasuredRedis, startMeasuredRedis } from './redis.ts';

/** The product with production settings: TLS, keys, a policy, validation, an audit file. */
export interface Secured {
  readonly url: string;
  /** PEM of the authority that signed its certificate. */
  readonly ca: string;
  readonly keys: {
    readonly producer: string;
    readonly worker: string;
    readonly admin: string;
    /** A producer of another tenant. */
    readonly neighbour: string;
  };
  readonly redis: MeasuredRedis;
  readonly cpu: { readonly server: CpuMeter; readonly redis: CpuMeter };
  stop(): Promise<void>;
}

const QUEUES = ['email', 'email.*'];
const grant = (...permissions: string[]) => ({ permissions: [...permissions, 'inspect'], queues: QUEUES });

/** Who may do what: rights on the benchmark's queues only, so that each request is decided by queue. */
const POLICY = {
  preset: 'page',
  principals: {
    'bench-producer': { grants: [grant('enqueue', 'cancel')] },
    'bench-worker': { grants: [grant('dequeue')] },
    'bench-admin': { grants: [grant('admin', 'enqueue', 'cancel')] },
  },
};

export async function startSecured(): Promise<Secured> {
  const directory = await mkdtemp(join(tmpdir(), 'ojs-bench-'));
  const authority = await createAuthority();
  const certificate = await authority.issue({ names: ['localhost', '127.0.0.1'] });
  const { certFile, keyFile } = await writeCertificate(directory, 'server', certificate);
  const policyFile = join(directory, 'policy.json');
  await writePrivateFile(policyFile, JSON.stringify(POLICY));
  const redis = await startMeasuredRedis();
  const env = {
    NODE_ENV: 'production',
    OJS_ENV: 'production',
    OJS_HOST: '127.0.0.1',
    OJS_PORT: `${await freePort()}`,
    OJS_TLS_CERT_FILE: certFile,
    OJS_TLS_KEY_FILE: keyFile,
    OJS_REDIS_URL: redis.url,
    OJS_SECRET_SERVER_KEY: randomBytes(32).toString('base64url'),
    OJS_POLICY_FILE: policyFile,
    OJS_AUDIT_FILE: join(directory, 'audit.jsonl'),
    // The load comes from one address: the limit is raised, not removed.
    OJS_LIMITS_CONNECTIONS_PER_CLIENT: '1000',
  };
  const key = (plane: 'producer' | 'worker' | 'admin', tenant = TENANT): Promise<string> => {
    const role = plane === 'admin' ? 'operator' : plane;
    return createKey(env, { plane, role, principal: `bench-${plane}`, tenant, queues: QUEUES });
  };
  const cleanUp = async (): Promise<void> => {
    await redis.stop();
    await rm(directory, { recursive: true, force: true });
  };
  try {
    const keys = {
      producer: await key('producer'),
      worker: await key('worker'),
      admin: await key('admin'),
      neighbour: await key('producer', 'neighbour'),
    };
    const server = await launchServer({ env });
    return {
      url: server.url,
      ca: authority.cert,
      keys,
      redis,
      cpu: { server: processCpu(server.pid), redis: redis.cpu },
      stop: async () => {
        await server.stop();
        await cleanUp();
      },
    };
  } catch (error) {
    await cleanUp();
    throw error;
  }
}

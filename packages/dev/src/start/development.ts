import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { findRedis } from '../find-redis.ts';
import { makePrivateDirectory } from '../paths.ts';
import { type PrivateRedis, startRedis } from '../redis.ts';
import { launchServer, type RunningServer } from '../server.ts';
import { Explained, type step as Step } from '../steps.mjs';
import { type LocalCertificates, localCertificates } from './certificates.ts';
import { areKnown, createCredentials } from './credentials.ts';
import { checkPorts, portsFrom } from './ports.ts';
import { serverKeySettings } from './server-key.ts';
import { type DevState, readState, writeState } from './state.ts';

/** Options of {@link startDevelopment}. */
export type DevelopmentOptions = {
  /** Where certificates, Redis data, logs and `dev.json` are kept. */
  directory: string;
  /** The settings, `OJS_*`: those of the person who started this. */
  env: NodeJS.ProcessEnv;
  /** Shows each step. */
  step: typeof Step;
  /** Hears of everything that was started, to stop it in the reverse order, also when a later step fails. */
  onStarted: (what: Started) => void;
};

/** Something that runs. */
export type Started = { name: string; ended: Promise<unknown>; stop: () => Promise<void>; output: () => string };

/** The development server, listening. */
export type Development = { state: DevState; stateFile: string; logFile: string; server: RunningServer };

/** Starts Redis and the server, with certificates and credentials, step by step. */
export async function startDevelopment(options: DevelopmentOptions): Promise<Development> {
  const { directory, env, step, onStarted } = options;
  await makePrivateDirectory(directory);
  const ports = portsFrom(env);
  const host = env.OJS_HOST || '127.0.0.1';
  await checkPorts(ports, host);

  let certificates = {} as LocalCertificates;
  await step('Local certificate authority', async () => {
    certificates = await localCertificates(directory);
    return { detail: certificates.renewed ? 'new' : 'kept' };
  });
  const redisUrl = env.OJS_REDIS_URL || (await startPrivateRedis(directory, step, onStarted)).url;
  const settings: NodeJS.ProcessEnv = {
    OJS_AUDIT_FILE: join(directory, 'audit.jsonl'),
    ...serverSettings(env),
    ...(await serverKeySettings(env, directory)),
    OJS_ENV: 'development',
    OJS_HOST: host,
    OJS_PORT: `${ports.port}`,
    OJS_PLAIN_PORT: `${ports.plainPort}`,
    OJS_TLS_CERT_FILE: env.OJS_TLS_CERT_FILE || certificates.certFile,
    OJS_TLS_KEY_FILE: env.OJS_TLS_KEY_FILE || certificates.keyFile,
    OJS_REDIS_URL: redisUrl,
  };
  const stateFile = join(directory, 'dev.json');
  const logFile = join(directory, 'server.log');
  let server = {} as RunningServer;
  await step('Server', async () => {
    server = await startServer(settings, logFile);
    onStarted({ ...server, name: 'The server' });
    return { title: `Server on ${addresses(ports)}` };
  });
  const state: DevState = {
    url: `https://localhost:${ports.port}`,
    plainUrl: `http://localhost:${ports.plainPort}`,
    ca: certificates.ca,
    keys: {} as DevState['keys'],
  };
  await step('Credentials for producer, worker, operator and admin', async () => {
    const kept = (await readState(stateFile))?.keys;
    const known = kept !== undefined && (await areKnown(kept, state.url, await readFile(state.ca, 'utf8')));
    state.keys = known ? kept : await createCredentials(settings);
    await writeState(stateFile, state);
    return { detail: `${known ? 'kept' : 'new'} in ${basename(directory)}/dev.json` };
  });
  return { state, stateFile, logFile, server };
}

async function startPrivateRedis(
  directory: string,
  step: typeof Step,
  onStarted: DevelopmentOptions['onStarted'],
): Promise<PrivateRedis> {
  let redis = {} as PrivateRedis;
  await step('Redis', async (tell) => {
    const binary = await findRedis({ tell }).catch((error: Error) => {
      throw new Explained(error.message);
    });
    redis = await startRedis({ directory: join(directory, 'redis-data'), binary });
    onStarted({ name: 'Redis', ended: redis.ended(), stop: redis.stop, output: redis.output });
    return { title: `${binary.version} on a Unix socket`, detail: `data in ${basename(directory)}/redis-data` };
  });
  return redis;
}

async function startServer(settings: NodeJS.ProcessEnv, logFile: string): Promise<RunningServer> {
  const log = createWriteStream(logFile, { flags: 'w', mode: 0o600 });
  try {
    return await launchServer({ env: settings, onOutput: (text) => log.write(text) });
  } catch (error) {
    throw new Explained((error as Error).message);
  }
}

/** All that is ours, but for the variable of our own tools. */
const serverSettings = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(env).filter(([name]) => name.startsWith('OJS_') && name !== 'OJS_CONFORMANCE_DIR'));

const addresses = ({ port, plainPort }: { port: number; plainPort: number }): string =>
  `https://localhost:${port} and http://localhost:${plainPort}`;

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { startChild } from './child.ts';
import { projectRoot } from './paths.ts';

/** Options of {@link launchServer}. */
export type LaunchOptions = {
  /** Settings of the server, `OJS_*`. They win over what is inherited. */
  env: Record<string, string | undefined>;
  /** Whether the `OJS_*` variables of this process are passed on too, default false: a test decides alone. */
  inheritSettings?: boolean;
  /** How long it may take until it listens, in milliseconds, default 30,000. */
  readyTimeMs?: number;
  /** Hears each piece of output. */
  onOutput?: (text: string) => void;
};

/** A server that listens. */
export type RunningServer = {
  url: string;
  /** The http address on the loopback, where OJS_PLAIN_PORT is set. */
  plainUrl: string | undefined;
  pid: number;
  /** The last lines it logged. */
  output: () => string;
  /** Resolves when it has ended, with its exit code, or the signal that ended it. */
  ended: Promise<number | NodeJS.Signals>;
  /** Asks it to end in good order (SIGTERM) and waits. */
  stop: () => Promise<void>;
  /** Ends it as a crash would (SIGKILL) and waits. */
  kill: () => Promise<void>;
};

/** The built server's entry, `ojs-server`. */
export const serverEntry: string = join(projectRoot, 'apps/server/dist/main.js');

/**
 * Starts the built server as a child process under the runtime of this process, and resolves when everything listens.
 *
 * @throws Error with its last lines when it ends before that or takes too long
 */
export async function launchServer(options: LaunchOptions): Promise<RunningServer> {
  const { env, inheritSettings = false, readyTimeMs = 30_000, onOutput } = options;
  if (!existsSync(serverEntry)) throw new Error('The server is not built. Run: npm run build');
  const child = startChild(process.execPath, ['--enable-source-maps', serverEntry, 'start'], {
    env: serverEnvironment(env, inheritSettings),
    ipc: true,
    ...(onOutput !== undefined && { onOutput }),
  });
  const ready = new Promise<{ url: string; plainUrl?: string }>((resolve) => {
    child.process.on('message', (message) => {
      if (isReady(message)) resolve(message);
    });
  });
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`was not ready after ${readyTimeMs} ms`), readyTimeMs);
  });
  const first = await Promise.race([ready, tooLate, child.ended.then((code) => `ended (${code}) before it was ready`)]);
  clearTimeout(timer);
  if (typeof first === 'string') {
    await child.kill();
    throw new Error(`The server ${first}.\n${child.output().split('\n').slice(-30).join('\n')}`);
  }
  return {
    url: first.url,
    plainUrl: first.plainUrl,
    pid: child.pid,
    output: child.output,
    ended: child.ended,
    stop: () => child.stop(40_000),
    kill: child.kill,
  };
}

/** The environment of this process, with or without its own `OJS_*`, and the given settings. */
export function serverEnvironment(env: Record<string, string | undefined>, inheritSettings = false): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => inheritSettings || !name.startsWith('OJS_'));
  return { ...Object.fromEntries(kept), ...env };
}

function isReady(message: unknown): message is { ready: true; url: string; plainUrl?: string } {
  return typeof message === 'object' && message !== null && 'ready' in message && message.ready === true;
}

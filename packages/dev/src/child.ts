import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** A child process of ours that keeps its last lines and ends with us. */
export type Child = {
  process: ChildProcess;
  pid: number;
  /** The last lines it wrote, for error messages. */
  output: () => string;
  /** Resolves when it has ended, with its exit code, or the signal that ended it. */
  ended: Promise<number | NodeJS.Signals>;
  /** Asks it to end (SIGTERM), insists after `graceMs` (default 10,000) with SIGKILL, and waits. */
  stop: (graceMs?: number) => Promise<void>;
  /** Ends it at once (SIGKILL), as a crash would, and waits. */
  kill: () => Promise<void>;
};

/** Options of {@link startChild}. */
export type ChildOptions = {
  cwd?: string;
  /** Default: ours without its secrets. */
  env?: NodeJS.ProcessEnv;
  /** Opens an IPC channel: messages arrive as `process.on('message')`. */
  ipc?: boolean;
  /** Hears each piece of output. */
  onOutput?: (text: string) => void;
};

/** An environment for children that have no use for our secrets: whoever may look at one of them can read its environment. */
export const withoutSecrets = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('OJS_SECRET_')));

const living = new Set<ChildProcess>();
let watching = false;

/**
 * Starts a program as a child in a session of its own, so that Ctrl-C in the terminal reaches only us and we choose the
 * order in which things stop. It ends when this process ends: where Linux's setpriv exists, also when we are killed.
 */
export function startChild(command: string, args: string[], options: ChildOptions = {}): Child {
  const { cwd, env = withoutSecrets(process.env), ipc = false, onOutput } = options;
  const [program, ...rest] =
    setpriv === undefined ? [command, ...args] : [setpriv, '--pdeathsig', 'TERM', command, ...args];
  const child = spawn(program as string, rest, {
    cwd,
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', ...(ipc ? (['ipc'] as const) : [])],
  });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      onOutput?.(text);
      lines.push(text);
      if (lines.length > 400) lines.splice(0, 200);
    });
  }
  const ended = new Promise<number | NodeJS.Signals>((resolve) => {
    child.once('error', (error) => {
      lines.push(error.message);
      resolve(-1);
    });
    child.once('close', (code, signal) => resolve(code ?? signal ?? -1));
  });
  endWithUs(child);
  const signal = async (name: NodeJS.Signals, graceMs: number): Promise<void> => {
    child.kill(name);
    const insist = setTimeout(() => child.kill('SIGKILL'), graceMs);
    await ended;
    clearTimeout(insist);
  };
  return {
    process: child,
    pid: child.pid ?? -1,
    output: () => lines.join(''),
    ended,
    stop: (graceMs = 10_000) => signal('SIGTERM', graceMs),
    kill: () => signal('SIGKILL', 1_000),
  };
}

function endWithUs(child: ChildProcess): void {
  living.add(child);
  child.once('exit', () => living.delete(child));
  if (watching) return;
  watching = true;
  process.once('exit', () => {
    for (const each of living) each.kill('SIGTERM');
  });
}

/** Linux's way to say "end this child when its parent is gone"; part of util-linux, absent elsewhere. */
const setpriv = process.platform === 'linux' ? onPath('setpriv') : undefined;

function onPath(name: string): string | undefined {
  for (const directory of (process.env.PATH ?? '').split(delimiter)) {
    try {
      accessSync(join(directory, name), constants.X_OK);
      return join(directory, name);
    } catch {
      // Not in this one.
    }
  }
  return undefined;
}

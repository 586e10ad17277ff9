#!/usr/bin/env node
import { secretArgument, USAGE } from './cli/usage.ts';
import { type Config, loadConfig } from './config/config.ts';
import { ConfigMistakes } from './config/mistakes.ts';
import { redacted } from './config/redacted.ts';
import { BadFile } from './config/watched-file.ts';
import { EngineRefusal } from './engine/errors.ts';
import { openSecrets } from './secrets/open.ts';
import { StartProblem } from './start-problem.ts';

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const complain = (text: string): void => void process.stderr.write(`${text}\n`);

/** The configuration. Its secrets are then taken out of the environment, which a process started by a dependency would inherit. */
function load(listens = true): Config {
  const config = loadConfig({ env: process.env, execArgv: process.execArgv, listens });
  for (const name of Object.keys(process.env)) if (name.startsWith('OJS_SECRET_')) delete process.env[name];
  return config;
}

/** Runs a command, of which only what it needs is loaded; the exit code, or undefined where the process goes on. */
async function run(argv: readonly string[]): Promise<number | undefined> {
  const secret = secretArgument(argv);
  if (secret !== undefined) {
    complain(
      `${secret}: secrets are not accepted on the command line, where every user can read them.\n` +
        'Set OJS_SECRET_NAME, OJS_SECRET_NAME_FILE with the path of a file, or OJS_SECRET_NAME_REF.',
    );
    return 2;
  }
  const [command, ...rest] = argv;
  if (command === 'start' && rest.length === 0) {
    const { runStart } = await import('./cli/start.ts');
    await runStart(load());
    return undefined;
  }
  if (command === 'config' && rest.join(' ') === 'check') {
    const config = load();
    await openSecrets(config);
    say(`${JSON.stringify(redacted(config), null, 2)}\nok`);
    return 0;
  }
  if (command === 'server-key' && rest.join(' ') === 'generate') {
    const { generateServerKey } = await import('./cli/server-key.ts');
    say(generateServerKey());
    return 0;
  }
  if (command === 'help' || command === '--help') {
    say(USAGE);
    return 0;
  }
  const { commandOnRedis } = await import('./cli/on-redis.ts');
  const onRedis = commandOnRedis(argv);
  if (onRedis !== undefined) return onRedis(load(false));
  // What was typed is not repeated: it may be a secret in the wrong place.
  complain(
    command === undefined ? USAGE : `ojs-server does not know that command, or takes no more after it\n\n${USAGE}`,
  );
  return 2;
}

/** Our own errors say what to do; of a foreign one only the kind is told, since its message may quote what it was given. */
function explain(error: unknown): string {
  const ours = [ConfigMistakes, StartProblem, BadFile, EngineRefusal].some((kind) => error instanceof kind);
  if (ours) return (error as Error).message;
  const { name, code, stack = '' } = error as Error & { code?: string };
  const frames = stack.split('\n').filter((line) => /^\s+at /.test(line));
  return [`failed: ${name}${code ? ` (${code})` : ''}`, ...frames].join('\n');
}

// Who reads the answer may stop reading, as `| head -1` does: what was asked for is done all the same.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

run(process.argv.slice(2)).then(
  (code) => {
    if (code !== undefined) process.exitCode = code;
  },
  (error: unknown) => {
    complain(`ojs-server: ${explain(error)}`);
    // A client of Redis may still be trying to connect, and would keep the process alive.
    process.exit(1);
  },
);

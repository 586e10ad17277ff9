import { runCommand } from './run-command.ts';
import { serverEntry, serverEnvironment } from './server.ts';

/** What `ojs-server keys create` is asked for. */
export type KeyRequest = {
  plane: 'producer' | 'worker' | 'admin';
  role: string;
  /** Default: the role. */
  principal?: string;
  tenant?: string;
  allTenants?: boolean;
  /** Queue names or patterns such as `billing.*`; absent means every queue. */
  queues?: string[];
};

/**
 * Makes an API key with the server's command line, as an operator would, and returns it.
 *
 * @param env the settings of the server, at least OJS_REDIS_URL
 * @throws Error with the words of the command line
 */
export async function createKey(env: Record<string, string | undefined>, request: KeyRequest): Promise<string> {
  const args = [
    ...['keys', 'create', '--json', '--plane', request.plane, '--role', request.role],
    ...['--principal', request.principal ?? request.role],
    ...(request.tenant === undefined ? [] : ['--tenant', request.tenant]),
    ...(request.allTenants === true ? ['--all-tenants'] : []),
    ...(request.queues === undefined ? [] : ['--queues', request.queues.join(',')]),
  ];
  const answer = await runServerCommand(env, args);
  const { key } = JSON.parse(answer) as { key: string };
  return key;
}

/**
 * Runs another command of the server's command line to its end and returns what it printed.
 *
 * @param input what it reads from standard input
 * @throws Error with what it wrote to standard error
 */
export async function runServerCommand(
  env: Record<string, string | undefined>,
  args: string[],
  input?: string,
): Promise<string> {
  const { code, stdout, stderr } = await runCommand(process.execPath, [serverEntry, ...args], {
    env: serverEnvironment(env),
    timeoutMs: 30_000,
    ...(input !== undefined && { input }),
  });
  if (code !== 0) throw new Error(`ojs-server ${args.slice(0, 2).join(' ')} failed (${code}):\n${stderr || stdout}`);
  return stdout;
}

import { createInterface } from 'node:readline';
import { connectRedis, NOBODY, redisUnreachable } from '../assembly/redis.ts';
import { openSealer } from '../assembly/sealer.ts';
import type { AuditLog } from '../audit/audit.ts';
import { createAuditLog } from '../audit/create-audit-log.ts';
import { FileSink } from '../audit/sink.ts';
import type { Config } from '../config/config.ts';
import { codeOf } from '../config/secrets.ts';
import type { Connections } from '../redis/connect.ts';
import { openSecrets } from '../secrets/open.ts';
import { StartProblem } from '../start-problem.ts';
import { runClients } from './clients.ts';
import { runDoctor } from './doctor.ts';
import { runKeys } from './keys.ts';
import { runMfa } from './mfa.ts';
import { runReseal } from './server-key.ts';
import { runSigningKeys, runTokens, type TokensEnvironment } from './tokens.ts';

const out = (line: string): void => void process.stdout.write(`${line}\n`);
const err = (line: string): void => void process.stderr.write(`${line}\n`);

async function withRedis(config: Config, work: (redis: Connections) => Promise<number>): Promise<number> {
  await openSecrets(config);
  const redis = await connectRedis(config, NOBODY).catch((error: unknown) => {
    throw redisUnreachable(config, error);
  });
  try {
    return await work(redis);
  } finally {
    await redis.close();
  }
}

/** What only reads, and so needs no record. */
const READS: ReadonlySet<string | undefined> = new Set(['list', 'status']);

/** @throws {StartProblem} where no record could be written: then nothing is changed either */
async function requireAudit(path: string): Promise<void> {
  const sink = new FileSink(path);
  try {
    await sink.write(Buffer.alloc(0));
    await sink.close();
  } catch (error) {
    throw new StartProblem(
      `the audit log ${path} cannot be written (${codeOf(error)}), so nothing was done: check OJS_AUDIT_FILE and the rights of the file`,
    );
  }
}

/** A command that changes something, and records that. @param command what follows its first word @throws {StartProblem} */
async function withAudit(
  config: Config,
  [command]: readonly string[],
  work: (redis: Connections, audit: AuditLog) => Promise<number>,
): Promise<number> {
  if (config.auditFile !== undefined && !READS.has(command)) await requireAudit(config.auditFile);
  return withRedis(config, async (redis) => {
    const audit = createAuditLog({
      file: config.auditFile,
      // Standard output is for the answer.
      stream: process.stderr,
      onFailure: ({ message }) => err(`the audit record could not be written: ${message}`),
    });
    try {
      return await work(redis, audit);
    } finally {
      await audit.close();
    }
  });
}

/** `ojs-server keys …` */
const runKeysCommand = (config: Config, argv: readonly string[]): Promise<number> =>
  withAudit(config, argv, (redis, audit) => runKeys(argv, { redis, config, out, err, audit }));

/** `ojs-server clients …` */
const runClientsCommand = (config: Config, argv: readonly string[]): Promise<number> =>
  withAudit(config, argv, (redis, audit) => runClients(argv, { redis, config, out, err, audit }));

const withSealer =
  (run: (argv: readonly string[], environment: TokensEnvironment) => Promise<number>) =>
  (config: Config, argv: readonly string[]): Promise<number> =>
    withAudit(config, argv, async ({ client }, audit) => {
      const sealer = await openSealer(config, client);
      return run(argv, { redis: client, sealer, out, err, audit });
    });

/** `ojs-server signing-keys …` */
const runSigningKeysCommand = withSealer(runSigningKeys);

/** `ojs-server tokens …` */
const runTokensCommand = withSealer(runTokens);

/** `ojs-server mfa …` */
async function runMfaCommand(config: Config, argv: readonly string[]): Promise<number> {
  const isInteractive = process.stdin.isTTY === true && process.stdout.isTTY === true;
  const lines = createInterface({ input: process.stdin, ...(isInteractive && { output: process.stderr }) });
  const each = lines[Symbol.asyncIterator]();
  const readLine = async (prompt: string): Promise<string | undefined> => {
    if (isInteractive) process.stderr.write(prompt);
    const { value, done } = await each.next();
    return done === true ? undefined : value;
  };
  try {
    return await withAudit(config, argv, async ({ client }, audit) => {
      const sealer = await openSealer(config, client);
      return runMfa(argv, { redis: client, sealer, out, err, audit, readLine, isInteractive });
    });
  } finally {
    lines.close();
  }
}

/** `ojs-server server-key reseal` */
const runResealCommand = (config: Config): Promise<number> =>
  withAudit(config, ['reseal'], ({ client }, audit) => runReseal(config, client, audit, out));

/** `ojs-server doctor` */
const runDoctorCommand = (config: Config): Promise<number> => withRedis(config, (redis) => runDoctor(redis, out));

/** Commands that read what follows by themselves. */
const COMMANDS = new Map<string, (config: Config, argv: readonly string[]) => Promise<number>>([
  ['keys', runKeysCommand],
  ['clients', runClientsCommand],
  ['mfa', runMfaCommand],
  ['signing-keys', runSigningKeysCommand],
  ['tokens', runTokensCommand],
]);

/** The command that works on Redis directly; undefined where there is none of that name, or it takes no more after it. */
export function commandOnRedis(argv: readonly string[]): ((config: Config) => Promise<number>) | undefined {
  const [name = '', ...rest] = argv;
  const command = COMMANDS.get(name);
  if (command !== undefined) return (config) => command(config, rest);
  const whole = argv.join(' ');
  if (whole === 'server-key reseal') return runResealCommand;
  return whole === 'doctor' ? runDoctorCommand : undefined;
}

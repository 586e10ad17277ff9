import { connectRedis, redisUnreachable } from '../assembly/redis.ts';
import { createAuditLog } from '../audit/create-audit-log.ts';
import type { Config } from '../config/config.ts';
import type { Connections } from '../redis/connect.ts';
import { runDoctor } from './doctor.ts';
import { runKeys } from './keys.ts';

const out = (line: string): void => void process.stdout.write(`${line}\n`);
const err = (line: string): void => void process.stderr.write(`${line}\n`);

async function withRedis(config: Config, work: (redis: Connections) => Promise<number>): Promise<number> {
  const redis = await connectRedis(config, () => undefined).catch((error: unknown) => {
    throw redisUnreachable(config, error);
  });
  try {
    return await work(redis);
  } finally {
    await redis.close();
  }
}

/** `ojs-server keys …` */
export function runKeysCommand(config: Config, argv: readonly string[]): Promise<number> {
  return withRedis(config, async (redis) => {
    const audit = createAuditLog({
      file: config.auditFile,
      // Standard output is for the answer.
      stream: process.stderr,
      onFailure: ({ message }) => err(`the audit record could not be written: ${message}`),
    });
    try {
      return await runKeys(argv, { redis, config, out, err, audit });
    } finally {
      await audit.close();
    }
  });
}

/** `ojs-server doctor` */
export const runDoctorCommand = (config: Config): Promise<number> =>
  withRedis(config, (redis) => runDoctor(redis, out));

// The long form of the crash test: pnpm --filter @ojs/server kill-test --rounds 200 [--redis]
import { parseArgs } from 'node:util';
import { startRedis } from '@ojs/dev';
import { aTenant } from './engine-fixtures.ts';
import { killUnderLoad } from './engine-killing.ts';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '50' }, redis: { type: 'boolean' } } });
const redis = await startRedis(values.redis ? { args: ['--appendfsync', 'always'] } : {});
try {
  const toll = await killUnderLoad(redis, aTenant(), Number(values.rounds), values.redis ?? false);
  const { lost, doubled, undone, stuck, unended, findings, broken } = toll;
  console.log(toll);
  process.exitCode = lost + doubled + undone + stuck + unended + findings.length + broken.length === 0 ? 0 : 1;
} finally {
  await redis.stop();
}

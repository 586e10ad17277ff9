import { v7 } from 'uuid';
import type { Rule } from '../src/engine/check/finding.ts';
import type { RedisClient } from '../src/redis/connect.ts';
import { aTenant } from './engine-fixtures.ts';
import { aJob, CALLER, type TestEngine } from './engine-harness.ts';

interface Ids {
  readonly active: string;
  readonly waiting: string;
  readonly scheduled: string;
}

/** A tenant whose queue `q` has an active job of the limit `k`, and one that waits for it. */
export async function aLimitedTenant({ engine }: TestEngine): Promise<{ tenant: string; ids: Ids }> {
  const tenant = aTenant();
  const rateLimit = { key: 'k', concurrency: 1, rate: { limit: 9, period: 'PT1H' } };
  const [active, waiting] = [aJob({ queue: 'q', rateLimit }), aJob({ queue: 'q', rateLimit })];
  const scheduled = aJob({ queue: 'q', scheduledAt: { text: '', ms: Date.now() + 3_600_000 } });
  await engine.push(tenant, CALLER, [active, waiting, scheduled]);
  await engine.fetch(tenant, CALLER, { queues: ['q'], count: 2 });
  return { tenant, ids: { active: active.id, waiting: waiting.id, scheduled: scheduled.id } };
}

const GROUP = '1,9,3600000,, q';

type Corruption = [rule: Rule, how: string, corrupt: (client: RedisClient, own: string, ids: Ids) => Promise<unknown>];

/** What must not be so, for each rule of limits. */
export const LIMIT_CORRUPTIONS: Corruption[] = [
  ['limited but not delayed', 'an active job', (c, own, ids) => c.zadd(`${own}/limited/q`, 1, ids.active)],
  ['limited and retryable', 'both marks', (c, own, ids) => c.zadd(`${own}/retryable/q`, 1, ids.waiting)],
  ['active but not counted by its limit', 'left out', (c, own) => c.del(`${own}/running/k`)],
  ['counted by a limit but not active', 'too many', (c, own) => c.sadd(`${own}/running/k`, v7())],
  ['counted by a limit but not active', 'another key', (c, own, ids) => c.sadd(`${own}/running/l`, ids.waiting)],
  ['put aside but not waiting', 'left out', (c, own, ids) => c.zrem(`${own}/waiting/k/${GROUP}`, ids.waiting)],
  ['put aside but not waiting', 'no mark', (c, own, ids) => c.zrem(`${own}/limited/q`, ids.waiting)],
  [
    'waits for a limit that is not its own',
    'without a limit',
    (c, own, ids) => c.zadd(`${own}/waiting/k/${GROUP}`, 1, ids.scheduled),
  ],
  ['group of a limit is not known', 'left out', (c, own) => c.zrem(`${own}/groups/k`, GROUP)],
  ['group of a limit without jobs', 'too many', (c, own) => c.zadd(`${own}/groups/k`, 1, '1,,,, r')],
  ['limit without timer', 'removed', (c, own) => c.zrem(`${own}/timers`, 'limit/k')],
  ['limit counts for ever', 'no end', (c, own) => c.persist(`${own}/rate/k/3600000`)],
];

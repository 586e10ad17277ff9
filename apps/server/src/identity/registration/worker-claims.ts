import type { RedisClient } from '../../redis/connect.ts';
import { systemSpace } from '../../redis/keyspace.ts';

/**
 * A worker id belongs to the credential that registered it for as long as its token lives. ARGV: holder, ms, most, worker.
 */
const CLAIM = `
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 'taken' end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
if not holder and redis.call('ZCARD', KEYS[2]) >= tonumber(ARGV[3]) then return 'crowded' end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
redis.call('ZADD', KEYS[2], now + ARGV[2], ARGV[4])
redis.call('PEXPIRE', KEYS[2], ARGV[2])
return 'claimed'`;

export interface WorkerClaim {
  /** Tenant scope of the registration. */
  readonly tenant: string;
  readonly workerId: string;
  /** Names the credential that registers. */
  readonly holder: string;
  readonly lifetimeMs: number;
  /** Workers that one credential may have at once. */
  readonly most: number;
}

/** `taken`: another credential has the worker id. `crowded`: this one has too many workers. */
export type ClaimOutcome = 'claimed' | 'taken' | 'crowded';

/** Claims a worker id, or keeps it. @throws what Redis throws */
export async function claimWorker(redis: RedisClient, claim: WorkerClaim): Promise<ClaimOutcome> {
  const { tenant, workerId, holder, lifetimeMs, most } = claim;
  const worker = `${tenant} ${workerId}`;
  const keys = [`${systemSpace.registeredWorkers}/id/${worker}`, `${systemSpace.registeredWorkers}/by/${holder}`];
  const answer = await redis.eval(CLAIM, 2, ...keys, holder, lifetimeMs, most, worker);
  return answer === 'claimed' || answer === 'crowded' ? answer : 'taken';
}

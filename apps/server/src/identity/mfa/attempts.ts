import { randomUUID } from 'node:crypto';
import type { RedisClient } from '../../redis/connect.ts';

/** How many attempts a principal has in which time. */
export interface AttemptLimit {
  readonly most: number;
  readonly windowMs: number;
}

const MINUTE_MS = 60_000;
/** The second one bounds who waits patiently with a stolen key: twenty guesses a day find a code in about 40 years. */
export const ATTEMPT_LIMITS: readonly AttemptLimit[] = [
  { most: 5, windowMs: 15 * MINUTE_MS },
  { most: 20, windowMs: 24 * 60 * MINUTE_MS },
];

/**
 * Counts an attempt, or says how long there is no room for one. ARGV: its id, then of each limit how many and in how many ms.
 * Attempts that were refused are not counted, so a locked principal is free again when the oldest ones are old enough.
 */
const COUNT = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local wait, longest = 0, 0
for i = 2, #ARGV, 2 do
  local most, window = tonumber(ARGV[i]), tonumber(ARGV[i + 1])
  local blocking = redis.call('ZREVRANGE', KEYS[1], most - 1, most - 1, 'WITHSCORES')[2]
  if blocking then wait = math.max(wait, blocking + window - now) end
  longest = math.max(longest, window)
end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - longest)
if wait > 0 then return wait end
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('PEXPIRE', KEYS[1], longest)
return 0`;

/** An attempt that was counted, or how many milliseconds to wait before the next. */
export type Attempt = { readonly id: string } | { readonly waitMs: number };

/**
 * Counts an attempt of a principal in Redis, on its clock: the same for all servers and addresses. Call it before the code is
 * looked at: what becomes of the request then changes nothing about the count.
 */
export async function countAttempt(redis: RedisClient, key: string, limits = ATTEMPT_LIMITS): Promise<Attempt> {
  const id = randomUUID();
  const args = limits.flatMap(({ most, windowMs }) => [most, windowMs]);
  const waitMs = Number(await redis.eval(COUNT, 1, key, id, ...args));
  return waitMs > 0 ? { waitMs } : { id };
}

/** Takes one attempt back, because it did not fail. Those before it stay counted. */
export const forgiveAttempt = async (redis: RedisClient, key: string, id: string): Promise<void> =>
  void (await redis.zrem(key, id));

import { readFileSync } from 'node:fs';
import type { Config } from '../config/config.ts';
import { withoutPassword } from '../config/redis-url.ts';
import { codeOf } from '../config/secrets.ts';
import { type Connections, connect } from '../redis/connect.ts';
import { StartProblem } from '../start-problem.ts';
import type { Log } from '../telemetry/log.ts';

/** An outage is told once in this time, not for each attempt to end it; in milliseconds. */
const TELL_AGAIN_MS = 5_000;

/** Redis as the configuration names it. @throws what the first connection fails with */
export function connectRedis({ redis, secrets }: Config, onError: (error: Error) => void): Promise<Connections> {
  const settings = {
    urls: redis.url,
    username: redis.username,
    password: secrets.get('REDIS_PASSWORD')?.reveal(),
    ca: redis.caFile === undefined ? undefined : readFileSync(redis.caFile, 'utf8'),
  };
  return connect(settings, onError);
}

/** What to do when the first connection fails. */
export function redisUnreachable({ redis }: Config, error: unknown): StartProblem {
  const why = error instanceof Error ? (/WRONGPASS|NOAUTH/.test(error.message) ? 'wrong password' : codeOf(error)) : '';
  const urls = redis.url.map(withoutPassword).join(', ');
  return new StartProblem(
    `Redis at ${urls} cannot be reached (${why}): start it, or correct OJS_REDIS_URL or OJS_SECRET_REDIS_PASSWORD`,
  );
}

/** Tells the log that Redis is away. */
export function tellOutage(log: Log): (error: Error) => void {
  let last = Number.NEGATIVE_INFINITY;
  return (err) => {
    const now = Date.now();
    if (now - last > TELL_AGAIN_MS) {
      last = now;
      log.warn({ err }, 'Redis does not answer: requests are answered 503 until it does');
    }
  };
}

import type { Config } from '../config/config.ts';
import { withoutPassword } from '../config/redis-url.ts';
import { codeOf } from '../config/secrets.ts';
import { type Connections, connect } from '../redis/connect.ts';
import type { RedisLogin } from '../redis/login.ts';
import { followRedisTls } from '../redis/tls.ts';
import { StartProblem } from '../start-problem.ts';
import type { Log } from '../telemetry/log.ts';

/** An outage is told once in this time, not for each attempt to end it; in milliseconds. */
const TELL_AGAIN_MS = 5_000;

/** Who hears of what happens to the connections to Redis. */
export interface RedisListener {
  away(error: Error): void;
  /** The files of TLS cannot be used: new connections are made with what they held before. */
  unfit(error: unknown): void;
}

export const NOBODY: RedisListener = { away: () => undefined, unfit: () => undefined };

/**
 * Redis as the configuration names it. Password, certificate and authorities are those of the moment whenever a connection is made.
 * @throws what the first connection fails with
 */
export async function connectRedis({ redis, secrets }: Config, listener: RedisListener): Promise<Connections> {
  const isTls = redis.url.some((url) => url.startsWith('rediss:'));
  const secureContext = isTls ? followRedisTls(redis, listener.unfit) : undefined;
  const login = (): RedisLogin => ({
    username: redis.username,
    passwords: [
      ...[secrets.get('REDIS_PASSWORD'), secrets.previous('REDIS_PASSWORD'), secrets.get('REDIS_PASSWORD_PREVIOUS')],
    ].flatMap((each) => each?.reveal() ?? []),
    secureContext: secureContext?.(),
  });
  return connect({ urls: redis.url, login }, listener.away);
}

/** What to do when the first connection fails. */
export function redisUnreachable({ redis }: Config, error: unknown): StartProblem {
  const urls = redis.url.map(withoutPassword).join(', ');
  return new StartProblem(
    `Redis at ${urls} cannot be reached (${whyOf(error)}): start it, or correct OJS_REDIS_URL or OJS_SECRET_REDIS_PASSWORD`,
  );
}

function whyOf(error: unknown): string {
  const { message } = error instanceof Error ? error : { message: '' };
  if (/WRONGPASS|NOAUTH/.test(message)) return 'wrong password';
  return message.startsWith('NOPERM') ? 'its ACL does not permit what we need, see docs/redis.md' : codeOf(error);
}

/** Tells the log that Redis is away, or that the files for the next connection are no good. */
export function tellOutage(log: Log): RedisListener {
  let last = Number.NEGATIVE_INFINITY;
  const nowAndThen = (tell: () => void): void => {
    const now = Date.now();
    if (now - last <= TELL_AGAIN_MS) return;
    last = now;
    tell();
  };
  return {
    away: (err) =>
      nowAndThen(() => log.warn({ err }, 'Redis does not answer: requests are answered 503 until it does')),
    unfit: (err) =>
      nowAndThen(() => log.error({ err }, 'the certificate files for Redis cannot be used: those from before stay')),
  };
}

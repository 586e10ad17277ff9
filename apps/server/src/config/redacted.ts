import type { Config } from './config.ts';
import { withoutPassword } from './redis-url.ts';

/** The configuration as it may be shown: secrets by name only, no password inside an address. */
export function redacted(config: Config): Record<string, unknown> {
  const { secrets, redis, ...rest } = config;
  return {
    ...rest,
    redis: { ...redis, url: redis.url.map(withoutPassword) },
    secrets: Object.fromEntries([...secrets.keys()].map((name) => [name, '[secret]'])),
  };
}

import { formatTimestamp, type Rate, type RateLimitAnswer } from '@ojs/schema';
import type { EngineContext } from './context.ts';

/** Rate limits (ojs-rate-limiting), kept by the scripts (lua/limits.lua). */
export interface Limits {
  /** How far the limit is used. */
  read(tenant: string, key: string): Promise<RateLimitAnswer>;
}

const rateOf = (limit: string, periodMs: string): Rate => ({
  limit: Number(limit),
  period: `PT${Number(periodMs) / 1_000}S`,
});
const at = (ms: string | number): string => formatTimestamp(Number(ms));

export function createLimits({ run, spaces, due }: EngineContext): Limits & {
  release(tenant: string, keys: readonly string[]): Promise<void>;
} {
  return {
    /** The moment of these keys has come: who waits there may go on. */
    release: async (tenant, keys) => {
      const opens = await run('release', spaces.of(tenant), keys);
      if (Number(opens) > 0) due.expect(tenant, Number(opens));
    },

    read: async (tenant, key) => {
      const answer = (await run('rate-limit', spaces.of(tenant), [key])) as (string | number)[];
      const [active = 0, waiting = 0, policy = '', count = 0, resets = 0, opens = 0] = answer;
      const [concurrency = '', limit = '', period = '', most = '', span = ''] = String(policy).split(',');
      const free = Math.max(0, Number(concurrency) - Number(active));
      return {
        key,
        concurrency: {
          active: Number(active),
          ...(concurrency !== '' && { limit: Number(concurrency), available: free }),
        },
        ...(limit !== '' && {
          rate: { ...rateOf(limit, period), current_count: Number(count), window_resets_at: at(resets) },
        }),
        ...(most !== '' && { throttle: { ...rateOf(most, span), next_allowed_at: at(opens) } }),
        waiting_count: Number(waiting),
      };
    },
  };
}

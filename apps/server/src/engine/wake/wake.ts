import { type Job, TERMINAL_STATES } from '@ojs/schema';
import type { RedisClient } from '../../redis/connect.ts';
import type { EngineContext } from '../context.ts';
import { redisFailure } from '../scripts.ts';
import { Subscriptions } from './subscriptions.ts';
import { Waiters } from './waiters.ts';

/** How many waiting fetches one wake-up sets going; each that finds a full hand wakes two more. */
const FIRST_WOKEN = 16;
const LOOK_AGAIN_MS = 1_000;
/** Who waits for the end of a job looks again at every fifth of these. */
const ENDS_EVERY = 5;
/** Queues that one script looks at. */
const PEEKED_AT_ONCE = 500;

interface Waiting {
  readonly jobs: Waiters;
  readonly ends: Waiters;
}

/**
 * Waiting requests are woken by messages that the scripts publish. Messages can be missed (a reconnect), so everybody
 * looks again then, and once a second one script per tenant asks for all waiting queues together.
 */
export function createWake(
  context: EngineContext,
  subscriber: RedisClient,
  info: (tenant: string, id: string) => Promise<Job | undefined>,
) {
  const { run, spaces } = context;
  const tenants = new Map<string, Waiting>();
  const subscriptions = new Subscriptions(subscriber, () => {
    for (const { jobs, ends } of tenants.values()) {
      jobs.wakeAll();
      ends.wakeAll();
    }
  });

  const peek = async (tenant: string, queues: readonly string[]): Promise<string[]> =>
    (await run('peek', spaces.of(tenant), queues)) as string[];

  function waitingOf(tenant: string): Waiting {
    let waiting = tenants.get(tenant);
    if (!waiting) {
      waiting = { jobs: new Waiters(), ends: new Waiters() };
      tenants.set(tenant, waiting);
    }
    return waiting;
  }

  let looks = 0;

  async function lookAgainAt(tenant: string, { jobs, ends }: Waiting): Promise<void> {
    if (jobs.size === 0 && ends.size === 0) {
      const { prefix } = spaces.of(tenant);
      tenants.delete(tenant);
      await Promise.all([subscriptions.stop(`${prefix}/wake`), subscriptions.stop(`${prefix}/done`)]);
      return;
    }
    if (looks % ENDS_EVERY === 0) ends.wakeAll();
    const { names } = jobs;
    for (let i = 0; i < names.length; i += PEEKED_AT_ONCE) {
      const filled = await peek(tenant, names.slice(i, i + PEEKED_AT_ONCE));
      for (const queue of filled) jobs.wake(queue, FIRST_WOKEN);
    }
  }

  /** Each tenant for itself: what fails for one is tried again in a second, and holds up no other. */
  async function lookAgain(): Promise<void> {
    looks++;
    for (const [tenant, waiting] of tenants) await lookAgainAt(tenant, waiting).catch(() => undefined);
  }

  const timer = setInterval(() => void lookAgain(), LOOK_AGAIN_MS);
  timer.unref();

  const listen = async (channel: string, listener: (message: string) => void): Promise<void> => {
    try {
      await subscriptions.listen(channel, listener);
    } catch (error) {
      throw redisFailure(error);
    }
  };

  return {
    async waitForJobs(
      tenant: string,
      queues: readonly string[],
      ms: number,
      signal: AbortSignal,
      othersOnly = false,
    ): Promise<void> {
      const { jobs } = waitingOf(tenant);
      const wait = jobs.wait(queues, ms, signal);
      try {
        await listen(`${spaces.of(tenant).prefix}/wake`, (queue) => tenants.get(tenant)?.jobs.wake(queue, FIRST_WOKEN));
        // What came between the caller's empty fetch and the subscription announced itself to nobody.
        if (!othersOnly && (await peek(tenant, queues)).length > 0) return;
        await wait.woken;
      } finally {
        wait.stop();
      }
    },

    async waitForJob(tenant: string, id: string, ms: number, signal: AbortSignal): Promise<void> {
      const wait = waitingOf(tenant).ends.wait([id], ms, signal);
      try {
        await listen(`${spaces.of(tenant).prefix}/done`, (ended) => {
          for (const one of ended.split(' ')) tenants.get(tenant)?.ends.wake(one);
        });
        const job = await info(tenant, id);
        if (!job || TERMINAL_STATES.has(job.state)) return;
        await wait.woken;
      } finally {
        wait.stop();
      }
    },

    /** A fetch came away with its hands full: there may be more for others who wait. */
    more(tenant: string, queues: readonly string[]): void {
      const waiting = tenants.get(tenant)?.jobs;
      if (waiting && waiting.size > 0) for (const queue of queues) waiting.wake(queue, 2);
    },

    close(): void {
      clearInterval(timer);
      for (const { jobs, ends } of tenants.values()) {
        jobs.wakeAll();
        ends.wakeAll();
      }
    },
  };
}

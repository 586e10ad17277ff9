import { effectiveRate, type JobState, type QueueConfig } from '@ojs/schema';
import type { Caller } from '../caller.ts';
import type { EngineContext } from '../context.ts';
import { QueueBusy } from '../errors.ts';
import { accepted, type Outcome } from '../outcomes.ts';
import type { Argument, ScriptName } from '../scripts.ts';

/** What an administrator does with queues (ojs-queue-config, ojs-admin-api §6). All throw {@link StaleAccess}. */
export interface QueueControl {
  /** @returns false when the queue exists already. @throws {TooManyQueues} */
  create(tenant: string, caller: Caller, queue: string, config: QueueConfig): Promise<boolean>;
  /** Replaces the queue's own limits. @returns false when the queue does not exist. */
  configure(tenant: string, caller: Caller, queue: string, config: QueueConfig): Promise<boolean>;
  /** Takes no new jobs and hands out those that it has. @returns false when the queue does not exist. */
  drain(tenant: string, caller: Caller, queue: string): Promise<boolean>;
  /**
   * Removes the jobs in these states, active ones never. What has not ended is cancelled first.
   * @param before only what ended before this moment (ms); for terminal states.
   * @returns undefined when the queue does not exist.
   */
  purge(
    tenant: string,
    caller: Caller,
    queue: string,
    states: readonly JobState[],
    before?: number,
  ): Promise<Removed | undefined>;
  /**
   * Deletes a queue with its jobs. `reject` refuses while jobs wait in it, `discard` discards those; both refuse while jobs
   * are active. When there is more than one call removes, the queue is draining and waits for the next call.
   * @returns undefined when the queue does not exist. @throws {QueueBusy}
   */
  remove(tenant: string, caller: Caller, queue: string, strategy: 'reject' | 'discard'): Promise<Removed | undefined>;
}

export interface Removed {
  readonly count: number;
  /** There are more than one call removes. */
  readonly more: boolean;
}

/** Jobs per script: a slice takes a few milliseconds. */
const SLICE = 200;
/** Jobs that one call removes: it has to end within the time of a request. */
const MOST = 100_000;

const WAITING: readonly JobState[] = ['available', 'scheduled', 'retryable', 'pending'];
const ENDED: readonly JobState[] = ['completed', 'cancelled', 'discarded'];

export function createQueueControl({ client, run, spaces }: EngineContext): QueueControl {
  /** The answer of a script, or undefined when the queue does not exist. */
  async function ask(name: ScriptName, tenant: string, args: readonly Argument[]): Promise<Outcome | undefined> {
    const outcome = (await run(name, spaces.of(tenant), args)) as Outcome;
    if (outcome[0] === 'missing') return undefined;
    if (outcome[0] === 'busy') throw new QueueBusy(Number(outcome[1]));
    if (outcome[0] !== 'exists') accepted(outcome, '');
    return outcome;
  }

  const settingsOf = ({ concurrency, rate_limit }: QueueConfig): Argument[] => {
    const rate = rate_limit && effectiveRate(rate_limit);
    return [concurrency ?? '', rate?.limit ?? '', rate?.periodMs ?? ''];
  };

  async function removeIn(
    tenant: string,
    { epoch }: Caller,
    queue: string,
    states: readonly JobState[],
    { before, how = 'cancelled', most = MOST }: { before?: number | undefined; how?: string; most?: number },
  ): Promise<Removed | undefined> {
    let count = 0;
    for (const state of states) {
      for (let passed = 0, all = false; !all; ) {
        if (count >= most) return { count, more: true };
        const outcome = await ask('purge', tenant, [epoch, queue, state, before ?? '', passed, SLICE, how]);
        if (outcome === undefined) return undefined;
        count += Number(outcome[1]);
        passed += Number(outcome[2]);
        all = outcome[3] === 1;
      }
    }
    return { count, more: false };
  }

  return {
    async create(tenant, caller, queue, config) {
      if (!spaces.isRegistered(tenant)) await spaces.register(client, tenant);
      const outcome = await ask('configure', tenant, [caller.epoch, queue, 1, ...settingsOf(config)]);
      return outcome?.[0] === 'ok';
    },

    configure: async (tenant, caller, queue, config) =>
      (await ask('configure', tenant, [caller.epoch, queue, 0, ...settingsOf(config)])) !== undefined,

    drain: async (tenant, caller, queue) =>
      (await ask('pause', tenant, [caller.epoch, queue, 'draining'])) !== undefined,

    purge: (tenant, caller, queue, states, before) => removeIn(tenant, caller, queue, states, { before }),

    async remove(tenant, caller, queue, strategy) {
      const begun = await ask('delete', tenant, [caller.epoch, queue, 'begin', strategy === 'reject' ? 1 : 0]);
      if (begun === undefined) return undefined;
      // With `reject` there was none; what a retry of a dead letter brought since is in the way at the end.
      const states = strategy === 'discard' ? WAITING : [];
      const waiting = await removeIn(tenant, caller, queue, states, { how: 'queue_deleted' });
      if (waiting === undefined || waiting.more) return waiting;
      const ended = await removeIn(tenant, caller, queue, ENDED, { most: MOST - waiting.count });
      const count = waiting.count + (ended?.count ?? 0);
      if (ended?.more) return { count, more: true };
      await ask('delete', tenant, [caller.epoch, queue, 'end', 1]);
      return { count, more: false };
    },
  };
}

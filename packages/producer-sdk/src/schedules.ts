import {
  type AnyJob,
  type CallAnswer,
  type Client,
  type CronFiring,
  type CronJob,
  type Job,
  type JobDefinition,
  uuidv7,
} from '@ojs/client';
import { type Abortable, gone, pages } from './calls.ts';
import { enqueueRequest } from './enqueue-request.ts';
import type { StepOptions } from './flow.ts';
import { checkedArgs } from './stable-args.ts';

/** When, and what becomes of a firing whose predecessor is not finished. */
export interface Schedule {
  /** Five fields, six with seconds, `@daily`, or `@every 1h30m`. */
  cron: string;
  /** A name of the IANA time zone database. Default `UTC`. */
  timezone?: string;
  /**
   * While the job of the firing before is not finished: `skip` this one, `allow` it, cancel the one before, or `enqueue` it to
   * be done after that. Default `skip`.
   */
  overlap?: 'skip' | 'allow' | 'cancel_previous' | 'enqueue';
  /** Default true. */
  enabled?: boolean;
  description?: string;
}

/** Jobs that the server enqueues by the clock. They fire with the rights that their owner has at that moment. */
export interface Schedules {
  /**
   * Registers a schedule, or changes the one with this name; its owner is who did that last. What is relative in the options
   * (`delayMs`) counts from each firing.
   *
   * @throws {OjsValidationError} before anything is sent, {@link OjsError} when the server refuses
   */
  set<Input>(
    name: string,
    schedule: Schedule,
    job: JobDefinition<Input, unknown, unknown, unknown>,
    input: NoInfer<Input>,
    options?: StepOptions & Abortable,
  ): Promise<CronJob>;
  /** @throws {OjsError} with code `not_found` */
  get(name: string, options?: Abortable): Promise<CronJob>;
  /** By name, page by page as far as one iterates. */
  list(filter?: { enabled?: boolean } & Abortable): AsyncIterable<CronJob>;
  pause(name: string, options?: Abortable): Promise<CronJob>;
  /** What it missed while it was paused is not made up for. */
  resume(name: string, options?: Abortable): Promise<CronJob>;
  /** Fires now, besides the schedule. @returns the job */
  trigger(name: string, options?: Abortable): Promise<Job>;
  /** The latest firings, newest first, at most 100. */
  history(name: string, options?: Abortable): Promise<readonly CronFiring[]>;
  /** Jobs that came of it stay. */
  delete(name: string, options?: Abortable): Promise<void>;
}

const PAGE = 100;

export function schedulesOf(client: Client): Schedules {
  type OfOne = 'getCron' | 'pauseCron' | 'resumeCron';
  const ofOne =
    (operation: OfOne) =>
    async (name: string, { signal }: Abortable = {}): Promise<CronJob> =>
      ((await client.call(operation, { path: { name } }, { signal })) as CallAnswer<OfOne>).cron_job;

  return {
    get: ofOne('getCron'),
    pause: ofOne('pauseCron'),
    resume: ofOne('resumeCron'),

    async set(name, { cron, timezone, overlap, enabled, description }, job, input, { signal, ...options } = {}) {
      // The id is that of a job that is never sent: each firing makes its own.
      const { id, specversion, ...template } = enqueueRequest(
        job as AnyJob,
        uuidv7(),
        await checkedArgs(job as AnyJob, input),
        options,
      );
      const body = {
        name,
        expression: cron,
        ...(timezone !== undefined && { timezone }),
        ...(overlap !== undefined && { overlap_policy: overlap }),
        ...(enabled !== undefined && { enabled }),
        ...(description !== undefined && { description }),
        job_template: template,
      };
      return (await client.call('registerCron', { body }, { signal })).cron_job;
    },

    list: ({ enabled, signal } = {}) =>
      pages(async (place) => {
        const only = enabled === undefined ? {} : { enabled: enabled ? ('true' as const) : ('false' as const) };
        const { crons, pagination } = await client.call(
          'listCrons',
          { query: { limit: PAGE, ...only, ...place } },
          { signal },
        );
        return { items: crons, next: pagination.next_cursor };
      }),

    async trigger(name, { signal } = {}) {
      return (await client.call('triggerCron', { path: { name } }, { signal })).job;
    },

    async history(name, { signal } = {}) {
      return (await client.call('getCronHistory', { path: { name }, query: { limit: 100 } }, { signal })).history;
    },

    delete: (name, { signal } = {}) => gone(client.call('deleteCron', { path: { name } }, { signal })),
  };
}

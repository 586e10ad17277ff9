import type { Job, JobState } from '@ojs/schema';
import type { EngineContext } from './context.ts';
import type { Caller, NewJob } from './engine.ts';
import { JobExists } from './errors.ts';
import { Gather } from './gather.ts';
import { newlyPushed, pushArguments } from './job-record.ts';
import { accepted, type Outcome } from './outcomes.ts';

interface Batch {
  readonly caller: Caller;
  readonly jobs: readonly NewJob[];
}

/** PUSH (ojs-core §7.1): each batch all or none. */
export function createPush(context: EngineContext) {
  const { client, run, spaces, observer } = context;
  const gather = new Gather<Batch, Outcome>(
    async (tenant, batches) => {
      const args: (string | number)[] = [batches.length];
      for (const { caller, jobs } of batches) {
        args.push(caller.epoch, jobs.length);
        for (const job of jobs) for (const argument of pushArguments(job, caller.principal)) args.push(argument);
      }
      return (await run('push', spaces.of(tenant), args)) as Outcome[];
    },
    ({ jobs }) => jobs.length,
  );

  return async (tenant: string, caller: Caller, jobs: readonly NewJob[]): Promise<Job[]> => {
    if (!spaces.isRegistered(tenant)) await spaces.register(client, tenant);
    const began = performance.now();
    const outcome = await gather.ask(tenant, { caller, jobs });
    if (outcome[0] === 'exists') throw new JobExists(String(outcome[2]), Number(outcome[1]));
    const [now, ...states] = accepted(outcome, '');
    const pushed = jobs.map((job, i) => newlyPushed(job, caller.principal, states[i] as JobState, Number(now)));
    observer.enqueued(tenant, pushed, performance.now() - began);
    return pushed;
  };
}

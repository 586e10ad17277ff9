import type { Job, JobState } from '@ojs/schema';
import type { EngineContext } from './context.ts';
import type { Caller, NewJob } from './engine.ts';
import { JobExists } from './errors.ts';
import { Gather } from './gather.ts';
import { hashOf, newlyPushed, pushArguments, toJob } from './job-record.ts';
import { accepted, type Outcome } from './outcomes.ts';
import type { Argument, Reply } from './scripts.ts';
import { judged } from './unique/unique.ts';

interface Batch {
  readonly caller: Caller;
  readonly jobs: readonly NewJob[];
  readonly rights: readonly Argument[];
}

/** What became of one job, as the script tells it: its state, or more where a unique job met others. */
function pushed(job: NewJob, { principal }: Caller, became: Reply, now: number): Job {
  if (!Array.isArray(became)) return newlyPushed(job, principal, became as JobState, now);
  if (became[0] === 'existing') {
    const [, id, queue, state, timer, flat] = became;
    const moment = timer === '' ? undefined : Number(timer);
    return toJob(String(id), String(queue), hashOf(flat as string[]), state as JobState, moment);
  }
  const [, state, scheduledAt, replaced] = became.map(String);
  return {
    ...newlyPushed(job, principal, state as JobState, now),
    ...(scheduledAt && { scheduled_at: scheduledAt }),
    replaces: replaced!.split(' '),
  };
}

/** PUSH (ojs-core §7.1): each batch all or none. */
export function createPush(context: EngineContext) {
  const { client, run, spaces, observer } = context;
  const gather = new Gather<Batch, Outcome>(
    async (tenant, batches) => {
      const args: Argument[] = [batches.length];
      for (const { caller, jobs, rights } of batches) {
        args.push(caller.epoch, ...rights, jobs.length);
        for (const job of jobs) for (const argument of pushArguments(job, caller.principal)) args.push(argument);
      }
      return (await run('push', spaces.of(tenant), args)) as Outcome[];
    },
    ({ jobs }) => jobs.length,
  );

  return async (tenant: string, caller: Caller, jobs: readonly NewJob[]): Promise<Job[]> => {
    if (!spaces.isRegistered(tenant)) await spaces.register(client, tenant);
    const began = performance.now();
    const outcome = await judged(caller, jobs, (rights) => gather.ask(tenant, { caller, jobs, rights }));
    if (outcome[0] === 'exists') throw new JobExists(String(outcome[2]), Number(outcome[1]));
    const [now, ...became] = accepted(outcome, '');
    const answer = jobs.map((job, i) => pushed(job, caller, became[i] as Reply, Number(now)));
    const added = answer.filter(({ id }, i) => id === jobs[i]!.id);
    observer.enqueued(tenant, added, performance.now() - began);
    return answer;
  };
}

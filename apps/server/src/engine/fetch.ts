import type { Job } from '@ojs/schema';
import { withoutProgress } from './attempts/progress-record.ts';
import type { EngineContext } from './context.ts';
import type { Caller, Fetch } from './engine.ts';
import { tellExpired } from './expired.ts';
import { Gather } from './gather.ts';
import { hashOf, type JobHash, toJob } from './job-record.ts';
import { accepted, type Outcome } from './outcomes.ts';
import { declaration } from './versions.ts';
import type { WorkflowEngine } from './workflows/index.ts';

/** The hash is as it was before the claim. */
type Claimed = [queue: string, id: string, leaseEnd: number, attempt: number, hash: string[]];

/** Script calls that one fetch may take to get past jobs that may not begin. */
const MOST_SLICES = 50;
/** Jobs of versions that the worker does not take that one fetch looks at: they stay, so that each fetch does so again. */
const MOST_OTHERS = 2_000;

/** FETCH (ojs-core §7.2): left queue first, then priority, then first in first out. */
export function createFetch(context: EngineContext, handOver: WorkflowEngine['handOver']) {
  const { client, run, spaces, queueOf, due, observer } = context;
  const gather = new Gather<{ caller: Caller; fetch: Fetch; others: number }, Outcome>(
    async (tenant, requests) => {
      const args: (string | number)[] = [requests.length];
      for (const { caller, fetch, others } of requests) {
        args.push(caller.epoch, caller.principal, fetch.workerId ?? '', fetch.leaseMs ?? '', fetch.count);
        args.push(declaration(fetch.handlers), others, fetch.queues.length, ...fetch.queues);
      }
      const answers = (await run('fetch', spaces.of(tenant), args)) as Outcome[];
      tellExpired(observer, tenant, answers[requests.length] ?? []);
      return answers;
    },
    ({ fetch }) => fetch.count,
  );

  return async (tenant: string, caller: Caller, fetch: Fetch): Promise<Job[]> => {
    if (!spaces.isRegistered(tenant)) await spaces.register(client, tenant);
    const began = performance.now();
    let [now, claimed, more, opens, others] = accepted(await gather.ask(tenant, { caller, fetch, others: 0 }), '');
    // A long row of jobs that are limited, or not for this worker, is passed in slices, so that others get in between.
    const goOn = () => more === 1 && (claimed as Claimed[]).length === 0 && Number(others) < MOST_OTHERS;
    for (let slices = 1; goOn() && slices < MOST_SLICES; slices++) {
      const passed = { caller, fetch, others: Number(others) };
      [now, claimed, more, opens, others] = accepted(await gather.ask(tenant, passed), '');
    }
    if (Number(others) > 0 && (claimed as Claimed[]).length === 0) fetch.onOthersOnly?.();
    if (Number(opens) > 0) due.expect(tenant, Number(opens));
    const steps: (string | undefined)[] = [];
    const jobs = (claimed as Claimed[]).map(([queue, id, leaseEnd, attempt, flat]) => {
      queueOf.remember(tenant, id, queue);
      const hash: JobHash = { ...withoutProgress(hashOf(flat)), atm: String(attempt), processedOn: String(now) };
      steps.push(hash.wf);
      return toJob(id, queue, hash, 'active', leaseEnd);
    });
    if (jobs.length > 0) observer.started(tenant, jobs, performance.now() - began);
    return steps.some((step) => step !== undefined) ? handOver(tenant, jobs, steps) : jobs;
  };
}

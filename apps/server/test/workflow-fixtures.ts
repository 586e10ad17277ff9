import { type Job, LIMITS, type Workflow } from '@ojs/schema';
import type { Engine } from '../src/engine/engine.ts';
import type { NewWorkflow } from '../src/engine/workflows/workflows.ts';
import { workflowReader } from '../src/routes/workflow-request.ts';
import { CALLER } from './engine-harness.ts';

const RULES = { names: 'security', unknownAttributes: 'reject', allowsType: () => true, limits: LIMITS } as const;

/** A workflow as its request becomes one. */
export function aWorkflow(body: unknown): NewWorkflow {
  const { nodes, read, whole } = workflowReader(body, RULES, Date.now(), 0, () => undefined);
  return whole(nodes.map(read));
}

/** A step of a type, in the queue `q`, that is tried once. */
export const step = (type: string, options: object = {}): object => ({
  type,
  args: [type],
  options: { queue: 'q', retry: { max_attempts: 1 }, ...options },
});
export const chain = (...steps: object[]) => ({ type: 'chain', steps });
export const group = (...jobs: object[]) => ({ type: 'group', jobs });
export const batch = (callbacks: object, ...jobs: object[]) => ({ type: 'batch', jobs, callbacks });

/** What a worker does with the jobs of one tenant. */
export interface Work {
  /** Fetches one job of each type, all at once; fails when others are there. */
  get(...types: string[]): Promise<Job[]>;
  ack(job: Job, result?: unknown): Promise<unknown>;
  fail(job: Job): Promise<unknown>;
  /** Whatever is available, acknowledged one after the other until nothing comes any more; the types in their order. */
  all(answer?: (job: Job) => unknown): Promise<string[]>;
}

export function worker(engine: Engine, tenant: string): Work {
  const fetch = (count: number): Promise<Job[]> => engine.fetch(tenant, CALLER, { queues: ['q'], count });
  const ack = async (job: Job, result: unknown = job.type): Promise<unknown> => {
    const settled = await engine.ack(tenant, CALLER, { id: job.id, queue: 'q' }, result);
    await engine.sweep(tenant);
    return settled;
  };
  return {
    ack,
    async get(...types) {
      const jobs = await fetch(100);
      const got = jobs.map(({ type }) => type).toSorted();
      if (got.join() !== types.toSorted().join()) throw new Error(`there are ${got.join()}, not ${types.join()}`);
      return types.map((type) => jobs.find((job) => job.type === type) as Job);
    },
    async fail(job) {
      const settled = await engine.nack(tenant, CALLER, { id: job.id, queue: 'q' }, { code: 'boom', message: 'no' });
      await engine.sweep(tenant);
      return settled;
    },
    async all(answer = ({ type }) => type) {
      const seen: string[] = [];
      for (let jobs = await fetch(1); jobs.length > 0; jobs = await fetch(1)) {
        for (const job of jobs) {
          seen.push(job.type);
          await ack(job, answer(job));
        }
      }
      return seen;
    },
  };
}

type Parts = Pick<Workflow, 'steps' | 'jobs' | 'callbacks'>;
const partsOf = ({ steps = [], jobs = [], callbacks = {} }: Parts) => [...steps, ...jobs, ...Object.values(callbacks)];

/** The ids of the jobs that the steps of a workflow are, or will be. */
export const jobsOf = (workflow: Parts): string[] =>
  partsOf(workflow).flatMap((part) => [...(part.job_id ? [part.job_id] : []), ...jobsOf(part as Parts)]);

/** The states of the steps of a workflow, nested ones in brackets. */
export function statesOf(workflow: Parts): string {
  return partsOf(workflow)
    .map((part) => {
      const inner = statesOf(part as Parts);
      return inner === '' ? part.state : `${part.state}[${inner}]`;
    })
    .join(' ');
}

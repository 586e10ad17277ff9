// A child process of the crash test: an engine under load, that tells on standard output what was answered, until it is killed.
// Arguments: url of Redis, tenant, name of the process.
import { writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Job } from '@ojs/schema';
import { BackendUnavailable, EngineRefusal } from '../src/engine/errors.ts';
import { moment } from './engine-fixtures.ts';
import { aJob, CALLER, openEngine } from './engine-harness.ts';
import { aWorkflow, batch, chain, group, step } from './workflow-fixtures.ts';

/** What was answered, one JSON line each. */
export type Told =
  | { readonly told: 'pushed' | 'completed' | 'cancelled' | 'begun'; readonly ids: readonly string[] }
  | { readonly told: 'claimed'; readonly id: string; readonly attempt: number }
  | { readonly told: 'late' | 'away' | 'ready' }
  | { readonly told: 'broken'; readonly error: string };

const QUEUES = ['a', 'b', 'c'];
const [url = '', tenant = '', name = ''] = process.argv.slice(2);

// Synchronous: what was written is read even when the next moment is the last.
const tell = (line: Told): void => void writeSync(1, `${JSON.stringify(line)}\n`);
const chance = (share: number): boolean => Math.random() < share;
const one = <T>(list: readonly T[]): T => list[Math.floor(Math.random() * list.length)]!;

const { engine } = await openEngine(url);

async function push(): Promise<void> {
  const jobs = Array.from({ length: 1 + Math.floor(Math.random() * 4) }, () =>
    aJob({
      queue: one(QUEUES),
      pending: chance(0.1),
      ...(chance(0.2) && { rateLimit: { key: one(['x', 'y']), concurrency: 3 } }),
      ...(chance(0.1) ? { scheduledAt: moment(Date.now() + 50) } : {}),
      retry: { max_attempts: 1_000, initial_interval_ms: 20, max_interval_ms: 50 },
    }),
  );
  const ids = jobs.map(({ id }) => id);
  const pushed = await engine.push(tenant, CALLER, jobs);
  tell({ told: 'pushed', ids });
  for (const { id, queue, state } of pushed) if (state === 'pending') await engine.activate(tenant, CALLER, id, queue);
}

async function begin(): Promise<void> {
  const part = () => step('t', { queue: one(QUEUES), retry: { max_attempts: 1_000, initial_interval: 'PT0.02S' } });
  const body = one([
    chain(part(), part(), part()),
    group(part(), chain(part(), part()), part()),
    chain(part(), batch({ on_complete: part(), on_success: part(), on_failure: part() }, part(), part()), part()),
  ]);
  const workflow = await engine.workflows.create(tenant, CALLER, aWorkflow(body));
  tell({ told: 'begun', ids: [workflow.id] });
  if (chance(0.1)) await engine.workflows.cancel(tenant, CALLER, workflow.id);
}

async function work(job: Job, workerId: string): Promise<void> {
  const { id, queue, attempt } = job;
  const claim = { id, queue, attempt, workerId };
  if (chance(0.3)) await sleep(Math.random() * 30);
  // Now and then longer than the lease: what comes then must be refused.
  if (chance(0.03)) await sleep(500);
  if (chance(0.2)) await engine.heartbeat(tenant, CALLER, { workerId, ids: [id] });
  if (chance(0.2)) await engine.attempts.save(tenant, CALLER, claim, { by: name }, false);
  if (chance(0.2)) await engine.attempts.report(tenant, CALLER, claim, { progress: Math.random(), checkpoint: name });
  const fate = Math.random();
  if (fate < 0.05) return;
  if (fate < 0.15) await engine.nack(tenant, CALLER, claim, { message: 'no' });
  else if (fate < 0.25) await engine.requeue(tenant, CALLER, claim);
  else if (fate < 0.3) {
    await engine.cancel(tenant, CALLER, id, queue);
    tell({ told: 'cancelled', ids: [id] });
  } else {
    await engine.ack(tenant, CALLER, claim, name);
    tell({ told: 'completed', ids: [id] });
  }
}

async function fetch(workerId: string): Promise<void> {
  const jobs = await engine.fetch(tenant, CALLER, { queues: QUEUES, count: 3, workerId, leaseMs: 400 });
  for (const { id, attempt } of jobs) tell({ told: 'claimed', id, attempt });
  for (const job of jobs) await work(job, workerId);
}

async function client(n: number): Promise<never> {
  for (;;) {
    try {
      await (chance(0.3) ? push() : chance(0.1) ? begin() : fetch(`${name}-${n}`));
    } catch (error) {
      if (error instanceof BackendUnavailable) {
        tell({ told: 'away' });
        await sleep(20);
      } else if (error instanceof EngineRefusal) tell({ told: 'late' });
      else tell({ told: 'broken', error: String(error) });
    }
  }
}

tell({ told: 'ready' });
await Promise.all(Array.from({ length: 12 }, (_, n) => client(n)));

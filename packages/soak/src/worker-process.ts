// A process that is nothing but a worker, until it is stopped, killed or hangs. Where the server is and who is asking come
// from OJS_URL, OJS_CA_FILE and OJS_SECRET_API_KEY.
import { setTimeout as sleep } from 'node:timers/promises';
import { createWorker, type JobContext, NonRetryableError, type WorkerEvent } from '@ojs/worker-sdk';
import { z } from 'zod';
import { HANDLED, type Plan, QUEUES } from './jobs.ts';
import { tell } from './told.ts';

const Place = z.object({ step: z.int() });
/** Attempts that run or are being told of: how often the job had been started anew, and whether an answer was lost. */
const attempts = new Map<string, { life: number; unsure: boolean }>();
const nameOf = (id: string, attempt: number): string => `${id} ${attempt}`;

async function saveSteps(saves: number, loaded: number, ctx: JobContext, life: number): Promise<void> {
  const { id, attempt } = ctx;
  for (let step = loaded + 1; step <= loaded + saves; step++) {
    await ctx.checkpoint.save({ step });
    tell({ told: 'saved', id, life, attempt, step });
    ctx.progress(step / (loaded + saves), 'on its way', { step });
  }
}

async function run({ mark, takesMs, failures, ending, saves }: Plan, ctx: JobContext) {
  const { id, attempt, job, signal } = ctx;
  const life = job.replay_count ?? 0;
  attempts.set(nameOf(id, attempt), { life, unsure: false });
  const loaded = (await ctx.checkpoint.load(Place))?.step;
  const cron = job.meta.cron_name;
  tell({
    ...{ told: 'begun', id, life, attempt, mark },
    ...(loaded !== undefined && { loaded }),
    ...(typeof cron === 'string' && { cron }),
  });
  if (takesMs > 0) await sleep(takesMs, undefined, { signal });
  await saveSteps(saves, loaded ?? 0, ctx, life);
  if (ending === 'hang') await sleep(60_000, undefined, { signal });
  if (ending === 'refuse') throw new NonRetryableError('Never');
  if (life === 0 && attempt <= failures) throw new Error('Not yet');
  return { mark };
}

function onEvent(event: WorkerEvent): void {
  if (event.type === 'error' && event.operation === 'ack') {
    // Which attempt it was of is not told: whichever runs here.
    for (const [name, known] of attempts) if (name.startsWith(`${event.jobId} `)) known.unsure = true;
  }
  if (event.type === 'job.lost') tell({ told: 'late' });
  if (event.type !== 'job.completed' && event.type !== 'job.failed' && event.type !== 'job.lost') return;
  const { jobId: id, attempt } = event;
  const { life, unsure } = attempts.get(nameOf(id, attempt)) ?? { life: 0, unsure: true };
  attempts.delete(nameOf(id, attempt));
  if (event.type === 'job.completed') tell({ told: 'completed', id, life, attempt, sure: !unsure });
}

const worker = createWorker({
  ...{ queues: QUEUES, concurrency: 10, leaseMs: 2_000, heartbeatMs: 500, waitMs: 2_000, graceMs: 1_000 },
  handleSignals: true,
  onEvent,
});
for (const definition of HANDLED) worker.handle(definition, run);
process.on('uncaughtException', (error) => {
  tell({ told: 'broken', error: String(error.stack) });
  process.exit(70);
});
const stopped = worker.run();
tell({ told: 'ready' });
await stopped;

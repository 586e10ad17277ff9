import { BY_HAND } from '../crons.ts';
import { doomed, type Queue, work } from '../jobs.ts';
import { isOvertaken } from '../patience.ts';
import { type Application, COMPLETED, enqueueSurely, markOf } from './application.ts';

/** What came too late, or of a job that is no more, is no fault. */
async function unlessOvertaken<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (isOvertaken(error)) return undefined;
    throw error;
  }
}

/** A job that waits, or one that perhaps a worker has just begun. */
export async function cancelOne(app: Application): Promise<void> {
  const { random, ledger, admin } = app;
  const options = { queue: 'default' satisfies Queue, delayMs: random.between(1, 400) };
  const id = await enqueueSurely(app, work, { mark: markOf('cancelled'), takesMs: 100 }, options, [
    'completed',
    'cancelled',
  ]);
  await new Promise((resolve) => setTimeout(resolve, random.between(0, 700)));
  const answer = await unlessOvertaken(() => admin.call('cancelJob', { path: { id } }));
  if (answer?.job.state === 'cancelled') ledger.cancelled.add(id);
}

/** Those of the queue `bulk` that wait: they may be cancelled there. */
export async function cancelBulk({ admin, ledger, random }: Application): Promise<void> {
  const filter = {
    queue: 'bulk',
    type: work.type,
    state: ['available' as const, 'scheduled' as const, 'retryable' as const],
  };
  const answer = await admin.call('cancelJobs', {
    query: {},
    body: { filter, confirm: true, dry_run: random.chance(0.1) },
  });
  for (const { job_id, status } of answer.items) if (status === 'cancelled') ledger.cancelled.add(job_id);
}

export async function retryBulk({ admin }: Application): Promise<void> {
  await admin.call('retryJobs', {
    query: {},
    body: { filter: { type: doomed.type, state: 'discarded' as const }, confirm: true },
  });
}

export async function retryDeadLetters({ admin, random }: Application): Promise<void> {
  const { jobs } = await admin.call('listDeadLetters', { query: { limit: 20 } });
  const some = jobs.filter(() => random.chance(0.5));
  await Promise.all(some.map(({ id }) => unlessOvertaken(() => admin.call('retryDeadLetter', { path: { id } }))));
}

export async function pauseQueue({ admin, random }: Application): Promise<void> {
  const path = { name: 'pausable' satisfies Queue };
  await unlessOvertaken(() => admin.call('pauseQueue', { path }));
  await new Promise((resolve) => setTimeout(resolve, random.between(0, 800)));
  await unlessOvertaken(() => admin.call('resumeQueue', { path }));
}

/** Whoever was answered 201 finds the job at any time after. */
export async function readBack({ producer, random, ledger }: Application): Promise<void> {
  const [first, ...more] = ledger.recent;
  if (first === undefined) return;
  const id = random.one([first, ...more]);
  const missing = await producer.get(id).then(
    () => false,
    (error: unknown) => {
      if (!isOvertaken(error)) throw error;
      return true;
    },
  );
  if (missing) ledger.broken.push(`${id} was answered, and then not found`);
}

/** A cron entry that hardly ever fires by itself. */
export async function triggerCron({ producer, ledger }: Application): Promise<void> {
  const { id } = await producer.schedules.trigger(BY_HAND);
  ledger.answer(id, BY_HAND, COMPLETED);
}

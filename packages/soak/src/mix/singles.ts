import { type EnqueueOptions, OjsError, type RateLimitOptions, uuidv7 } from '@ojs/producer-sdk';
import { CARELESS, doomed, LIMITS, type Queue, RATE, shaky, unique, type Wish, work } from '../jobs.ts';
import type { Ends } from '../ledger.ts';
import type { Random } from '../random.ts';
import { type Application, COMPLETED, enqueueSurely, markOf } from './application.ts';

const HOUR_MS = 3_600_000;
/** Queues of single jobs. */
const SINGLE: readonly [Queue, ...Queue[]] = ['urgent', 'default', 'pausable', 'narrow', 'hooked'];

function optionsOf(random: Random): EnqueueOptions {
  return {
    queue: random.one(SINGLE),
    ...(random.chance(0.3) && { priority: random.between(-100, 100) }),
    ...(random.chance(0.2) && { delayMs: random.between(1, 1_500) }),
    ...(random.chance(0.1) && { scheduledAt: new Date(Date.now() + random.between(-500, 1_500)) }),
    ...(random.chance(0.2) && { expiresAt: new Date(Date.now() + HOUR_MS) }),
    ...(random.chance(0.2) && { tags: ['soak', 'single'] }),
    ...(random.chance(0.2) && { meta: { from: 'soak' } }),
    ...(random.chance(0.2) && { version: '1.0' }),
    ...(random.chance(0.2) && { timeoutMs: 30_000 }),
  };
}

const wishOf = (random: Random, what: string): Wish => ({
  mark: markOf(what),
  takesMs: random.chance(0.3) ? random.between(0, 80) : 0,
  failures: random.chance(0.2) ? random.between(1, 2) : 0,
});

/** One moment to run is enough: given both, neither is sent. */
function single(random: Random): EnqueueOptions {
  const { delayMs, ...options } = optionsOf(random);
  return delayMs === undefined || options.scheduledAt ? options : { ...options, delayMs };
}

export async function enqueueOne(app: Application): Promise<void> {
  const { random } = app;
  const id = await enqueueSurely(app, work, wishOf(random, 'one'), single(random));
  if (random.chance(0.1)) await app.producer.result(work, id, { timeoutMs: 3_000 }).catch(() => undefined);
}

/** Without ids of its own: they travel together, and what got no answer may or may not be there. */
export async function enqueueTogether(app: Application): Promise<void> {
  const { random, producer, ledger } = app;
  await Promise.all(
    Array.from({ length: random.between(5, 20) }, async () => {
      const wish = wishOf(random, 'together');
      const handle = await producer.enqueue(work, wish, single(random));
      ledger.answer(handle.id, wish.mark, COMPLETED);
    }),
  );
}

export async function enqueueMany(app: Application): Promise<void> {
  const { random, producer, ledger, signal } = app;
  const entries = Array.from({ length: random.between(5, 40) }, () => ({
    job: work,
    input: wishOf(random, 'many'),
    options: { ...single(random), queue: random.one(['default', 'bulk']) },
  }));
  const handles = await producer.enqueueMany(entries, { signal });
  handles.forEach(({ id }, i) => {
    const entry = entries[i];
    if (entry)
      ledger.answer(id, entry.input.mark, entry.options.queue === 'bulk' ? ['completed', 'cancelled'] : COMPLETED);
  });
}

/** Its handler saves where it is, and fails now and then. */
export async function enqueueLong(app: Application): Promise<void> {
  const wish = {
    mark: markOf('long'),
    saves: app.random.between(1, 4),
    failures: app.random.between(0, 4),
    takesMs: 30,
  };
  await enqueueSurely(app, work, wish, { queue: 'default' });
}

/** For the worker that does not look at its leases. */
export async function enqueueCareless(app: Application): Promise<void> {
  await enqueueSurely(app, work, { mark: markOf('careless') }, { queue: CARELESS });
}

/** What cannot end well. */
export async function enqueueHopeless(app: Application): Promise<void> {
  const { random } = app;
  const dead: Ends = ['discarded'];
  const mark = markOf('hopeless');
  switch (random.between(0, 2)) {
    case 0:
      await enqueueSurely(app, doomed, { mark, failures: 1_000 }, { queue: 'default' }, ['discarded', 'completed']);
      break;
    case 1:
      await enqueueSurely(app, shaky, { mark, ending: 'refuse' }, { queue: 'urgent' }, dead);
      break;
    default:
      await enqueueSurely(app, shaky, { mark, ending: 'hang' }, { queue: 'default', timeoutMs: 300 }, dead);
  }
}

/** How many jobs may be told apart by uniqueness at once: few, so that they meet. */
const SLOTS = 6;

export async function enqueueUnique(app: Application): Promise<void> {
  const { random, ledger } = app;
  const slot = `slot-${random.between(1, SLOTS)}`;
  const onConflict = random.one(['reject', 'ignore', 'replace', 'replace_except_schedule']);
  const id = uuidv7();
  ledger.uniqueKeys.set(id, slot);
  const wish = { mark: markOf('unique'), slot, takesMs: random.between(0, 200) };
  const options: EnqueueOptions = {
    id,
    queue: 'default',
    unique: { argsKeys: ['slot'], onConflict },
    ...(random.chance(0.3) && { delayMs: random.between(1, 800) }),
  };
  try {
    await enqueueSurely(app, unique, wish, options, ['completed', 'cancelled']);
  } catch (error) {
    if (!(error instanceof OjsError && error.code === 'duplicate')) throw error;
  }
}

export async function enqueueLimited(app: Application): Promise<void> {
  const { random, ledger } = app;
  const wish = { mark: markOf('limited'), takesMs: random.between(0, 60) };
  const id = uuidv7();
  const onLimit = random.one(['wait', 'wait', 'reschedule', 'drop']);
  const queue = random.one(['urgent', 'default']);
  const limited = (rateLimit: RateLimitOptions): Promise<string> =>
    enqueueSurely(app, work, wish, { id, queue, rateLimit: { ...rateLimit, onLimit } }, endsOf(onLimit));
  if (random.chance(0.2)) {
    ledger.rated.add(id);
    await limited({ key: 'rate', rate: RATE });
  } else if (random.chance(0.3)) await limited({ key: 'throttle', throttle: { limit: 20, periodMs: 1_000 } });
  else {
    const key = random.one(['bank', 'press']);
    ledger.limitKeys.set(id, key);
    await limited({ key, concurrency: LIMITS[key] ?? 1 });
  }
}

const endsOf = (onLimit: string): Ends => (onLimit === 'drop' ? ['completed', 'discarded'] : COMPLETED);

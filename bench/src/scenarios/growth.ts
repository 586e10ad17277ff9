import { type Contestant, contest } from '../contest.ts';
import { ownCpu } from '../cpu.ts';
import { inFlight } from '../in-flight.ts';
import { type OurEngine, openEngine } from '../our-engine.ts';
import { startMeasuredRedis } from '../redis.ts';
import { type Effort, type Row, rateRow, type Scenario } from '../scenario.ts';

const WIDTH = 64;
const AT_MOST = 1.3;
/** Small against the smallest queue, so that it stays small; divisible by the number of queues. */
const OPERATIONS = 1_000;

/** In process: HTTP around it would hide growth behind a cost that is the same for both. */
export const growth: Scenario = {
  name: 'growth',
  title: 'Growth: the CPU time of an operation, big to small (engine in process, 64 in flight)',
  sides: ['big', 'small'],
  async run(effort) {
    const small = await openSize(1_000, 1);
    const big = await openSize(effort.waiting, 1);
    const waiting = await grow(`${effort.waiting.toLocaleString('en')} waiting for 1,000`, small, big, effort);
    await Promise.all([small.close(), big.close()]);
    const one = await openSize(10_000, 1);
    const many = await openSize(10_000, 1_000);
    const queues = await grow('1,000 queues for 1', one, many, effort);
    await Promise.all([one.close(), many.close()]);
    return [...waiting, ...queues];
  },
};

interface Sized {
  readonly engine: OurEngine;
  /** Another engine on the same Redis that remembers nothing. */
  fresh(): Promise<OurEngine>;
  readonly queues: readonly string[];
  /** Of jobs all over the queues. */
  readonly ids: readonly string[];
  readonly cpu: Contestant['cpu'];
  close(): Promise<void>;
}

async function openSize(waiting: number, queueCount: number): Promise<Sized> {
  const redis = await startMeasuredRedis();
  const engine = await openEngine(redis.url);
  const queues = Array.from({ length: queueCount }, (_, i) => `email.${i}`);
  const all = await engine.fill(queues, waiting);
  return {
    engine,
    fresh: () => openEngine(redis.url),
    queues,
    ids: Array.from({ length: OPERATIONS }, (_, i) => all[Math.floor((i * all.length) / OPERATIONS)]!),
    cpu: { node: ownCpu, redis: redis.cpu },
    close: async () => {
      await engine.close();
      await redis.stop();
    },
  };
}

async function grow(name: string, small: Sized, big: Sized, { rounds }: Effort): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [operation, make] of Object.entries(OPERATION)) {
    // A turn is short, to change the queue little: so there are more of them.
    const outcome = await contest(make(big), make(small), { operations: OPERATIONS, rounds: rounds * 3 });
    rows.push(rateRow(`${operation}, ${name}`, 'per s', outcome, { of: 'cost', atMost: AT_MOST }));
  }
  return rows;
}

/** Each leaves as many waiting jobs behind as it found. */
const OPERATION: Record<string, (size: Sized) => Contestant> = {
  get: ({ fresh, ids, cpu }) => {
    let engine: OurEngine;
    return {
      prepare: async () => {
        engine = await fresh();
      },
      run: (n) => inFlight(WIDTH, n, (i) => engine.get(ids[i]!)),
      after: () => engine.close(),
      cpu,
    };
  },
  stats: ({ engine, queues, cpu }) => ({
    run: (n) => inFlight(WIDTH, n, (i) => engine.stats(queues[i % queues.length]!)),
    cpu,
  }),
  enqueue: (size) => ({ run: enqueueAll(size), after: workAll(size), cpu: size.cpu }),
  'fetch + ack': (size) => ({ run: workAll(size), after: enqueueAll(size), cpu: size.cpu }),
};

const enqueueAll =
  ({ engine, queues }: Sized) =>
  (n: number): Promise<void> =>
    inFlight(WIDTH, n, (i) => engine.push(queues[i % queues.length]!));

const workAll =
  ({ engine, queues }: Sized) =>
  (n: number): Promise<void> =>
    inFlight(WIDTH, n, (i) => engine.work(queues[i % queues.length]!));

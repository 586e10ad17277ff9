import { type HoldBench, type Mass, OWNER, openHoldBench } from '../hold/hold.ts';
import { inFlight } from '../in-flight.ts';
import { newJob, TENANT } from '../our-engine.ts';
import type { Scenario } from '../scenario.ts';

/** What a queue keeps of dead letters. */
const PER_QUEUE = 10_000;
const PAGE = 200;

export const lists: Scenario = {
  name: 'lists',
  title: 'Lists, all pages one after the other',
  sides: ['meanwhile', 'quiet'],
  async run({ scale }) {
    const bench = await openHoldBench();
    const letters = 100_000 * scale;
    const queues = 5_000 * scale;
    try {
      return [
        ...(await bench.measure(deadLetters(bench, letters, 'email', {}))),
        ...(await bench.measure(deadLetters(bench, 400, 'email.big', { args: ['x'.repeat(100 * 1024)] }))),
        ...(await bench.measure(manyQueues(bench, queues))),
        ...(await bench.measure(events(bench))),
      ];
    } finally {
      await bench.stop();
    }
  },
};

function deadLetters({ engine, ask }: HoldBench, count: number, name: string, more: object): Mass {
  const queues = Math.ceil(count / PER_QUEUE);
  const retry = { max_attempts: 1, on_exhaustion: 'dead_letter' } as const;
  const bury = async (i: number): Promise<void> => {
    const queue = `${name}.${i % queues}`;
    const jobs = Array.from({ length: 100 }, (_, n) => newJob(queue, n, { ...more, retry }));
    await engine.push(TENANT, OWNER, jobs);
    const claimed = await engine.fetch(TENANT, OWNER, { queues: [queue], count: 100, workerId: 'grave' });
    const error = { type: 'smtp.refused', message: 'the mailbox does not exist' };
    await Promise.all(
      claimed.map(({ id, attempt }) => engine.nack(TENANT, OWNER, { id, queue, attempt, workerId: 'grave' }, error)),
    );
  };
  return {
    name: `${count.toLocaleString('en')} dead letters (${name})`,
    operations: count,
    unit: 'jobs/s',
    prepare: () => inFlight(4, count / 100, bury),
    run: async () => {
      const found = await pages(ask, `dead-letter?limit=${PAGE}${name === 'email' ? '' : `&queue=${name}.0`}`, 'jobs');
      if (found < count) throw new Error(`listed ${found} dead letters of ${count}`);
    },
  };
}

function manyQueues({ engine, ask }: HoldBench, count: number): Mass {
  return {
    name: `${count.toLocaleString('en')} queues`,
    operations: count,
    unit: 'queues/s',
    prepare: () =>
      inFlight(4, count / 100, (i) =>
        engine.push(
          TENANT,
          OWNER,
          Array.from({ length: 100 }, (_, n) => newJob(`email.${i}-${n}`, n)),
        ),
      ),
    run: () => pages(ask, `queues?limit=${PAGE}`, 'queues'),
  };
}

/** By then there are as many as are kept. */
function events({ ask }: HoldBench): Mass {
  return {
    name: '20 times 1,000 events',
    operations: 20_000,
    unit: 'events/s',
    run: () => inFlight(1, 20, () => ask('GET', 'events?limit=1000')),
  };
}

/** Reads page after page; how many items there were. */
async function pages(ask: HoldBench['ask'], path: string, items: string): Promise<number> {
  let count = 0;
  for (let cursor = ''; ; ) {
    const page = await ask('GET', `${path}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
    count += (page[items] as unknown[]).length;
    const { next_cursor: next } = (page.pagination ?? page) as { next_cursor?: string };
    if (!next) return count;
    cursor = next;
  }
}

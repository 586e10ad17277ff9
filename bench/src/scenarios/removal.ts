import { type HoldBench, type Mass, OWNER, openHoldBench, until } from '../hold/hold.ts';
import { inFlight } from '../in-flight.ts';
import { newJob, TENANT } from '../our-engine.ts';
import type { Scenario } from '../scenario.ts';

export const removal: Scenario = {
  name: 'removal',
  title: 'Many jobs that go at once: purged, cancelled in bulk, no longer kept',
  sides: ['meanwhile', 'quiet'],
  async run({ scale }) {
    const count = 100_000 * scale;
    const bench = await openHoldBench();
    try {
      return [
        ...(await bench.measure(purged(bench, count))),
        ...(await bench.measure(cancelled(bench, count))),
        ...(await bench.measure(noLongerKept(bench, count))),
      ];
    } finally {
      await bench.stop();
    }
  },
};

const fill = ({ engine }: HoldBench, queue: string, count: number): Promise<void> =>
  inFlight(4, count / 500, () =>
    engine.push(
      TENANT,
      OWNER,
      Array.from({ length: 500 }, (_, i) => newJob(queue, i)),
    ),
  );

const named = (count: number, what: string): Pick<Mass, 'name' | 'operations' | 'unit'> => ({
  name: `${count.toLocaleString('en')} ${what}`,
  operations: count,
  unit: 'jobs/s',
});

function purged(bench: HoldBench, count: number): Mass {
  return {
    ...named(count, 'purged'),
    prepare: () => fill(bench, 'email.purged', count),
    run: () => bench.engine.queueControl.purge(TENANT, OWNER, 'email.purged', ['available']),
  };
}

function cancelled(bench: HoldBench, count: number): Mass {
  const { engine } = bench;
  const filter = { visible: () => true, states: ['available'], queue: 'email.cancelled' } as const;
  return {
    ...named(count, 'cancelled'),
    prepare: () => fill(bench, 'email.cancelled', count),
    run: async () => {
      for await (const { found } of engine.bulk.select(TENANT, filter)) {
        for (let i = 0; i < found.length; i += 100) {
          await engine.bulk.move(TENANT, OWNER, 'cancel-waiting', found.slice(i, i + 100));
        }
      }
    },
  };
}

/** The server removes the ones that were cancelled before, as if their time were up. */
function noLongerKept({ engine, redis }: HoldBench, count: number): Mass {
  const timers = `{ojs:${TENANT}}/timers`;
  return {
    ...named(count, 'no longer kept'),
    run: async () => {
      for (const ids of chunks(await redis.zrange(timers, '0', '-1'))) {
        await redis.call('ZADD', timers, 'XX', ...ids.flatMap((id) => ['0', id]));
      }
      await until(async () => (await engine.stats(TENANT, 'email.cancelled'))?.cancelled === 0);
    },
  };
}

function* chunks(ids: readonly string[]): Generator<readonly string[]> {
  for (let i = 0; i < ids.length; i += 1_000) yield ids.slice(i, i + 1_000);
}

import { setTimeout as sleep } from 'node:timers/promises';
import { v7 } from 'uuid';
import { type HoldBench, type Mass, OWNER, openHoldBench, until } from '../hold/hold.ts';
import { inFlight } from '../in-flight.ts';
import { newJob, TENANT } from '../our-engine.ts';
import type { Scenario } from '../scenario.ts';

/** Time to prepare in, until it all happens (ms). */
const msFor = (count: number): number => 5_000 + count;

export const due: Scenario = {
  name: 'due',
  title: 'Due at once: scheduled jobs, then leases that run out',
  sides: ['meanwhile', 'quiet'],
  async run({ scale }) {
    const bench = await openHoldBench();
    try {
      return [
        ...(await bench.measure(scheduled(bench, 100_000 * scale))),
        ...(await bench.measure(leased(bench, 10_000 * scale))),
      ];
    } finally {
      await bench.stop();
    }
  },
};

function scheduled({ engine }: HoldBench, count: number): Mass {
  const ms = Date.now() + msFor(count);
  const scheduledAt = { ms, text: new Date(ms).toISOString() };
  return {
    name: `${count.toLocaleString('en')} scheduled`,
    operations: count,
    unit: 'jobs/s',
    prepare: async () => {
      await inFlight(4, count / 500, () =>
        engine.push(
          TENANT,
          OWNER,
          Array.from({ length: 500 }, (_, i) => newJob('email', i, { scheduledAt })),
        ),
      );
      await untilIts(ms - 2_500);
    },
    run: async () => {
      await untilIts(ms);
      await until(async () => (await engine.stats(TENANT, 'email'))?.available === count);
    },
  };
}

function leased({ engine }: HoldBench, count: number): Mass {
  const ms = Date.now() + msFor(count);
  const queue = `email.${v7()}`;
  return {
    name: `${count.toLocaleString('en')} leases`,
    operations: count,
    unit: 'jobs/s',
    prepare: async () => {
      await inFlight(4, count / 500, () =>
        engine.push(
          TENANT,
          OWNER,
          Array.from({ length: 500 }, (_, i) => newJob(queue, i)),
        ),
      );
      await inFlight(4, count / 100, () =>
        engine.fetch(TENANT, OWNER, { queues: [queue], count: 100, workerId: 'gone', leaseMs: ms - Date.now() }),
      );
      await untilIts(ms - 2_500);
    },
    run: async () => {
      await untilIts(ms);
      await until(async () => (await engine.stats(TENANT, queue))?.active === 0);
    },
  };
}

async function untilIts(moment: number): Promise<void> {
  if (moment < Date.now()) throw new Error('this machine is too slow to prepare in time');
  await sleep(moment - Date.now());
}

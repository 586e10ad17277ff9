import { type HoldBench, type Mass, openHoldBench } from '../hold/hold.ts';
import { inFlight } from '../in-flight.ts';
import { JOB_TYPE, sampleArgs } from '../sample-job.ts';
import type { Scenario } from '../scenario.ts';

const REPLACED_AT_MOST = 200;

export const batchHold: Scenario = {
  name: 'batch-hold',
  title: 'Batches that are each made visible in one step, one after the other',
  sides: ['meanwhile', 'quiet'],
  async run({ rounds }) {
    const bench = await openHoldBench();
    const unique = { keys: ['type', 'args'], on_conflict: 'replace' };
    try {
      return [
        ...(await bench.measure(batches(bench, 'plain', 1_000, rounds * 10, {}))),
        ...(await bench.measure(batches(bench, 'limited', 1_000, rounds * 10, { rate_limit: LIMIT }))),
        ...(await bench.measure(batches(bench, 'unique', 1_000, 1, { unique }))),
        ...(await bench.measure(batches(bench, 'replacing', REPLACED_AT_MOST, rounds * 10, { unique }))),
      ];
    } finally {
      await bench.stop();
    }
  },
};

const LIMIT = { key: 'smtp', concurrency: 10 };

function batches({ ask }: HoldBench, name: string, size: number, count: number, more: object): Mass {
  const job = (i: number): object => ({ type: JOB_TYPE, args: sampleArgs(i), options: { queue: 'email', ...more } });
  const body = { jobs: Array.from({ length: size }, (_, i) => job(i)) };
  return {
    name: `${count} batches of ${size.toLocaleString('en')}, ${name}`,
    operations: count * size,
    unit: 'jobs/s',
    run: () => inFlight(1, count, () => ask('POST', 'jobs/batch', body)),
  };
}

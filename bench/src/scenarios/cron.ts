import { setTimeout as sleep } from 'node:timers/promises';
import { OWNER, openHoldBench, until } from '../hold/hold.ts';
import { inFlight } from '../in-flight.ts';
import { TENANT } from '../our-engine.ts';
import { JOB_TYPE, sampleArgs } from '../sample-job.ts';
import type { Scenario } from '../scenario.ts';

const MINUTE = 60_000;

export const cron: Scenario = {
  name: 'cron',
  title: 'Cron entries that are due at the same minute',
  sides: ['meanwhile', 'quiet'],
  async run({ scale }) {
    const count = 10_000 * scale;
    const bench = await openHoldBench();
    const { engine } = bench;
    // So much time to prepare in, and from there the next minute.
    const at = Math.ceil((Date.now() + 5_000 + 3 * count) / MINUTE) * MINUTE;
    const date = new Date(at);
    const definition = {
      expression: `${date.getUTCMinutes()} ${date.getUTCHours()} * * *`,
      timezone: 'UTC',
      overlap: 'allow',
      description: null,
      options: {},
    } as const;
    const save = (i: number): Promise<unknown> => {
      const job = { type: JOB_TYPE, queue: 'email', args: sampleArgs(i), meta: {}, priority: 0, pending: false };
      const entry = { name: `entry-${i}`, enabled: true, definition: { ...definition, job } };
      return engine.crons.save(TENANT, OWNER, entry, undefined);
    };
    try {
      return await bench.measure({
        name: `${count.toLocaleString('en')} entries`,
        operations: count,
        unit: 'firings/s',
        prepare: async () => {
          await inFlight(32, count, save);
          if (Date.now() > at - 2_500) throw new Error('this machine is too slow to prepare in time');
          await sleep(at - 2_500 - Date.now());
        },
        run: async () => {
          await sleep(at - Date.now());
          await until(async () => (await engine.stats(TENANT, 'email'))?.available === count);
        },
      });
    } finally {
      await bench.stop();
    }
  },
};

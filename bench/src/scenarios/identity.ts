import { contest, LOAD } from '../contest.ts';
import { openInstallation, type Way } from '../identity/installation.ts';
import { startLoad } from '../load/load.ts';
import { type Row, rateRow, type Scenario } from '../scenario.ts';

const WIDTH = 64;

/** What it costs to know who is asking, by every mechanism in its warm state: the same requests, one server with and one without. */
export const identity: Scenario = {
  name: 'identity',
  title: 'Identity: enqueue with a verified credential, to the same for a fixed principal (64 in flight)',
  sides: ['verified', 'fixed principal'],
  async run({ rounds, scale }) {
    const installation = await openInstallation();
    const { fixed, cpu } = installation;
    const load = await startLoad(fixed);
    const operations = 10_000 * scale;
    const send = (requests: number): Promise<void> => load.run({ requests, width: WIDTH, batch: 1 });
    const measure = async ({ name, target }: Way): Promise<Row> => {
      const outcome = await contest(
        {
          // A first request opens each connection and shows the credential: what is measured is the warm state.
          prepare: async (requests) => {
            await load.aim(target(requests + 4 * WIDTH));
            await send(4 * WIDTH);
          },
          run: send,
          cpu: { server: cpu.verified, redis: cpu.redis, [LOAD]: load.cpu },
        },
        {
          prepare: async () => {
            await load.aim(fixed);
            await send(4 * WIDTH);
          },
          run: send,
          cpu: { server: cpu.fixed, redis: cpu.redis, [LOAD]: load.cpu },
        },
        { operations, rounds },
      );
      return rateRow(name, 'jobs/s', outcome, { of: 'ratio', atLeast: 0.9 });
    };
    try {
      const rows: Row[] = [];
      for (const way of installation.ways) rows.push(await measure(way));
      return rows;
    } finally {
      await load.stop();
      await installation.stop();
    }
  },
};

import { Queue } from 'bullmq';
import { addMany, bullWorker, fillBull } from '../bull.ts';
import { type Contestant, contest } from '../contest.ts';
import { ownCpu } from '../cpu.ts';
import { inFlight } from '../in-flight.ts';
import { openEngine } from '../our-engine.ts';
import { startMeasuredRedis } from '../redis.ts';
import { JOB_TYPE, sampleArgs } from '../sample-job.ts';
import { type Row, rateRow, type Scenario } from '../scenario.ts';

const WIDTH = 64;

export const engine: Scenario = {
  name: 'engine',
  title: 'The engine alone, in process, without HTTP on either side',
  sides: ['engine', 'BullMQ'],
  async run({ rounds, scale }) {
    const [oursRedis, theirsRedis] = await Promise.all([startMeasuredRedis(), startMeasuredRedis()]);
    const ours = await openEngine(oursRedis.url);
    const { connection } = theirsRedis;
    const theirs = new Queue('push', { connection });
    const ourCpu = { node: ownCpu, redis: oursRedis.cpu };
    const theirCpu = { node: ownCpu, redis: theirsRedis.cpu };
    const options = { operations: 20_000 * scale, rounds };
    const rows: Row[] = [];
    const compare = async (
      name: string,
      mine: Omit<Contestant, 'cpu'>,
      yours: Omit<Contestant, 'cpu'>,
    ): Promise<void> => {
      const outcome = await contest({ ...mine, cpu: ourCpu }, { ...yours, cpu: theirCpu }, options);
      rows.push(rateRow(name, 'jobs/s', outcome));
    };

    await compare(
      'push, add',
      { run: (n) => inFlight(WIDTH, n, () => ours.push('push')) },
      { run: (n) => inFlight(WIDTH, n, (i) => theirs.add(JOB_TYPE, sampleArgs(i))) },
    );
    await compare(
      'push 100, addBulk 100',
      { run: (n) => inFlight(8, n / 100, () => ours.push('push', 100)) },
      { run: (n) => inFlight(8, n / 100, () => addMany(theirs, 100)) },
    );
    for (const count of [1, 10]) {
      let turn = 0;
      let worker: Awaited<ReturnType<typeof bullWorker>>;
      const name = (): string => `work-${count}-${turn}`;
      await compare(
        `fetch ${count} + ack, Worker`,
        {
          prepare: (n) => ours.fill([name()], n),
          run: (n) => inFlight(Math.ceil(WIDTH / count), n / count, () => ours.work(name(), count)),
        },
        {
          prepare: async (n) => {
            await fillBull(name(), connection, n);
            worker = await bullWorker(name(), connection, WIDTH);
          },
          run: (n) => worker.complete(n),
          after: async () => {
            turn++;
            await worker.stop();
          },
        },
      );
    }

    await theirs.close();
    await ours.close();
    await Promise.all([oursRedis.stop(), theirsRedis.stop()]);
    return rows;
  },
};

import { Queue } from 'bullmq';
import { addMany, bullWorker, fillBull } from '../bull.ts';
import { contest } from '../contest.ts';
import { ownCpu } from '../cpu.ts';
import { inFlight } from '../in-flight.ts';
import { CALLER, newJob, openEngine } from '../our-engine.ts';
import { startMeasuredRedis } from '../redis.ts';
import { JOB_TYPE, sampleArgs } from '../sample-job.ts';
import type { Row, Scenario } from '../scenario.ts';

const TENANT = 'bench';
const WIDTH = 64;

/** The engine alone against BullMQ's own calls, both in this process: what the HTTP scenarios cannot exceed. */
export const engine: Scenario = {
  name: 'engine',
  title: 'Engine in process against BullMQ in process, without HTTP on either side',
  async run({ rounds, scale }) {
    const [oursRedis, theirsRedis] = await Promise.all([startMeasuredRedis(), startMeasuredRedis()]);
    const { engine: ours, close } = await openEngine(oursRedis.url);
    const cpu = { ours: { node: ownCpu, redis: oursRedis.cpu }, theirs: { node: ownCpu, redis: theirsRedis.cpu } };
    const connection = theirsRedis.connection;
    const theirs = new Queue('push', { connection });
    const rows: Row[] = [];
    const push = (queue: string, count: number): Promise<unknown> =>
      ours.push(TENANT, CALLER, Array.from({ length: count }, (_, i) => newJob(queue, i)));

    const single = await contest(
      { run: (n) => inFlight(WIDTH, n, (i) => ours.push(TENANT, CALLER, [newJob('push', i)])), cpu: cpu.ours },
      { run: (n) => inFlight(WIDTH, n, (i) => theirs.add(JOB_TYPE, sampleArgs(i))), cpu: cpu.theirs },
      { operations: 20_000 * scale, rounds },
    );
    rows.push({ name: 'push against add', unit: 'jobs/s', ...single });

    const batch = await contest(
      { run: (n) => inFlight(8, n / 100, () => push('batch', 100)), cpu: cpu.ours },
      { run: (n) => inFlight(8, n / 100, () => addMany(theirs, 100)), cpu: cpu.theirs },
      { operations: 20_000 * scale, rounds },
    );
    rows.push({ name: 'push 100 against addBulk 100', unit: 'jobs/s', ...batch });

    for (const count of [1, 10]) {
      let queue = '';
      let turn = 0;
      let worker: ReturnType<typeof bullWorker> | undefined;
      const fetch = { queues: [''], count, workerId: 'bench-worker', leaseMs: 60_000 };
      const outcome = await contest(
        {
          prepare: async (n) => {
            queue = `cycle-${count}-${turn++}`;
            await inFlight(4, n / 500, () => push(queue, 500));
          },
          run: (n) =>
            inFlight(WIDTH / count, n / count, async () => {
              const jobs = await ours.fetch(TENANT, CALLER, { ...fetch, queues: [queue] });
              await Promise.all(
                jobs.map(({ id, attempt }) =>
                  ours.ack(TENANT, CALLER, { id, queue, workerId: fetch.workerId, attempt }, { sent: true }),
                ),
              );
            }),
          cpu: cpu.ours,
        },
        {
          prepare: async (n) => {
            await worker?.close();
            const name = `cycle-${count}-${turn}`;
            const filled = new Queue(name, { connection });
            await fillBull(filled, n);
            await filled.close();
            worker = bullWorker(name, connection, WIDTH);
            await worker.ready();
          },
          run: (n) => worker!.run(n),
          cpu: cpu.theirs,
        },
        { operations: 20_000 * scale, rounds },
      );
      await worker?.close();
      rows.push({ name: `fetch ${count} + ack against Worker`, unit: 'jobs/s', ...outcome });
    }

    await theirs.close();
    await close();
    await Promise.all([oursRedis.stop(), theirsRedis.stop()]);
    return rows;
  },
};

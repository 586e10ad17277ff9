import { setTimeout as sleep } from 'node:timers/promises';
import { Queue } from 'bullmq';
import { bullWorker } from '../bull.ts';
import { alternate } from '../contest.ts';
import { startMeasuredRedis } from '../redis.ts';
import { JOB_TYPE, sampleArgs } from '../sample-job.ts';
import type { Row, Scenario } from '../scenario.ts';
import { sdkProducer, sdkWorker } from '../sdk.ts';
import { startSecured } from '../secured.ts';
import { median, pairRatios, percentile } from '../statistics.ts';

const QUEUE = 'email';
const AIMS = { p50: 3, p99: 15 };

export const pickup: Scenario = {
  name: 'pickup',
  title: 'Pickup on an idle queue: from the call of enqueue to the start of the handler, one job at a time',
  sides: ['SDKs + secured server', 'Queue + Worker in process'],
  async run({ rounds, scale }) {
    const secured = await startSecured();
    const redis = await startMeasuredRedis();
    const producer = sdkProducer(secured);
    const queue = new Queue(QUEUE, { connection: redis.connection });
    let started = (): void => undefined;
    const onStart = (): void => started();
    const workers = [sdkWorker(secured, QUEUE, 8, onStart), await bullWorker(QUEUE, redis.connection, 8, onStart)];
    for (const worker of workers) worker.start();

    const latencies = async (enqueue: (i: number) => Promise<unknown>): Promise<number[]> => {
      const measured: number[] = [];
      for (let i = 0; i < 400 * scale; i++) {
        // Time enough to become idle again, never in step with anything periodic.
        await sleep(10 + Math.random() * 10);
        const start = new Promise<void>((resolve) => {
          started = resolve;
        });
        const from = performance.now();
        const enqueued = enqueue(i);
        await start;
        measured.push(performance.now() - from);
        await enqueued;
      }
      return measured;
    };

    try {
      const [ours, theirs] = await alternate(
        [
          () => latencies((i) => producer.enqueue(QUEUE, i)),
          () => latencies((i) => queue.add(JOB_TYPE, sampleArgs(i))),
        ],
        rounds,
      );
      return [latencyRow('p50', 0.5, ours, theirs), latencyRow('p99', 0.99, ours, theirs)];
    } finally {
      await Promise.all([...workers.map((worker) => worker.stop()), queue.close()]);
      await producer.stop();
      await secured.stop();
      await redis.stop();
    }
  },
};

function latencyRow(name: keyof typeof AIMS, share: number, ours: number[][], theirs: number[][]): Row {
  const [mine, yours] = [ours, theirs].map((turns) => turns.map((turn) => percentile(turn, share))) as [
    number[],
    number[],
  ];
  const ratios = pairRatios(mine, yours);
  return {
    name: `pickup ${name}`,
    unit: 'ms',
    ours: { value: percentile(ours.flat(), share) },
    theirs: { value: percentile(theirs.flat(), share) },
    ratio: median(ratios),
    ratios,
    aim: { of: 'ours', atMost: AIMS[name] },
  };
}

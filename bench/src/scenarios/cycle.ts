import { Queue } from 'bullmq';
import { bullWorker, fillBull } from '../bull.ts';
import { type Contestant, contest } from '../contest.ts';
import { ownCpu } from '../cpu.ts';
import { inFlight } from '../in-flight.ts';
import { startMeasuredRedis } from '../redis.ts';
import { JOB_TYPE, sampleArgs } from '../sample-job.ts';
import { rateRow, type Scenario } from '../scenario.ts';
import { sdkProducer, sdkWorker } from '../sdk.ts';
import { startSecured } from '../secured.ts';

const WIDTH = 64;

export const cycle: Scenario = {
  name: 'cycle',
  title: `Work, concurrency ${WIDTH}: through both SDKs and the secured server, against BullMQ in process`,
  sides: ['SDKs + secured server', 'Queue + Worker in process'],
  async run({ rounds, scale }) {
    const secured = await startSecured();
    const redis = await startMeasuredRedis();
    const producer = sdkProducer(secured);
    const options = { operations: 8_000 * scale, rounds };
    const cpu = {
      ours: { client: ownCpu, ...secured.cpu },
      theirs: { client: ownCpu, redis: redis.cpu },
    };
    try {
      const work = await contest(
        drain(
          (queue, count) => producer.fill(queue, count),
          async (queue) => sdkWorker(secured, queue, WIDTH),
          cpu.ours,
        ),
        drain(
          (queue, count) => fillBull(queue, redis.connection, count),
          (queue) => bullWorker(queue, redis.connection, WIDTH),
          cpu.theirs,
        ),
        options,
      );

      const queue = new Queue('email', { connection: redis.connection });
      const [ourWorker, theirWorker] = [
        sdkWorker(secured, 'email', WIDTH),
        await bullWorker('email', redis.connection, WIDTH),
      ];
      const whole = await contest(
        through((i) => producer.enqueue('email', i), ourWorker, cpu.ours),
        through((i) => queue.add(JOB_TYPE, sampleArgs(i)), theirWorker, cpu.theirs),
        options,
      );
      await Promise.all([ourWorker.stop(), theirWorker.stop()]);
      await queue.close();
      return [
        rateRow('fetch + ack', 'jobs/s', work),
        rateRow('whole cycle', 'jobs/s', whole, { of: 'ratio', atLeast: 0.5 }),
      ];
    } finally {
      await producer.stop();
      await secured.stop();
      await redis.stop();
    }
  },
};

interface Working {
  complete(count: number): Promise<void>;
  stop(): Promise<void>;
}

/** Empties a queue that was filled before, a new one each turn. */
function drain(
  fill: (queue: string, count: number) => Promise<void>,
  open: (queue: string) => Promise<Working>,
  cpu: Contestant['cpu'],
): Contestant {
  let turn = 0;
  let worker: Working;
  return {
    prepare: async (count) => {
      const queue = `email.${turn++}`;
      await fill(queue, count);
      worker = await open(queue);
    },
    run: (count) => worker.complete(count),
    after: () => worker.stop(),
    cpu,
  };
}

/** Enqueues jobs while a worker completes them; over when all are completed. */
function through(add: (i: number) => Promise<unknown>, worker: Working, cpu: Contestant['cpu']): Contestant {
  return {
    run: async (count) => {
      await Promise.all([worker.complete(count), inFlight(WIDTH, count, add)]);
    },
    cpu,
  };
}

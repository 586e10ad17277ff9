import { Queue, Worker } from 'bullmq';
import type { RedisOptions } from 'ioredis';
import { inFlight } from './in-flight.ts';
import { JOB_TYPE, sampleArgs } from './sample-job.ts';

export const addMany = (queue: Queue, count: number): Promise<unknown> =>
  queue.addBulk(Array.from({ length: count }, (_, i) => ({ name: JOB_TYPE, data: sampleArgs(i) })));

/** Puts this many jobs into the queue, quickly. */
export const fillBull = (queue: Queue, count: number): Promise<void> =>
  inFlight(4, Math.ceil(count / 500), (i) => addMany(queue, Math.min(500, count - i * 500)));

/** A BullMQ worker that does nothing with its jobs; `run` starts it and resolves when it has done this many. */
export function bullWorker(queue: string, connection: RedisOptions, concurrency: number) {
  let left = 0;
  let finished = (): void => undefined;
  const worker = new Worker(queue, async () => ({ sent: true }), { connection, concurrency, autorun: false });
  worker.on('error', () => undefined);
  worker.on('completed', () => {
    if (--left === 0) finished();
  });
  return {
    ready: () => worker.waitUntilReady(),
    run: (count: number): Promise<void> =>
      new Promise((resolve, reject) => {
        left = count;
        finished = resolve;
        worker.run().catch(reject);
      }),
    close: () => worker.close(),
  };
}

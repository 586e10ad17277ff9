import { Queue, Worker } from 'bullmq';
import { countdown } from './countdown.ts';
import { inFlight } from './in-flight.ts';
import type { MeasuredRedis } from './redis.ts';
import { JOB_TYPE, sampleArgs } from './sample-job.ts';

export const addMany = (queue: Queue, count: number): Promise<unknown> =>
  queue.addBulk(Array.from({ length: count }, (_, i) => ({ name: JOB_TYPE, data: sampleArgs(i) })));

/** Puts this many jobs into a queue, quickly. */
export async function fillBull(name: string, connection: MeasuredRedis['connection'], count: number): Promise<void> {
  const queue = new Queue(name, { connection: { ...connection } });
  await inFlight(4, Math.ceil(count / 500), (i) => addMany(queue, Math.min(500, count - i * 500)));
  await queue.close();
}

/** A BullMQ worker that does nothing with its jobs but tell when one begins. */
export async function bullWorker(
  queue: string,
  connection: MeasuredRedis['connection'],
  concurrency: number,
  onStart: () => void = () => undefined,
) {
  const completed = countdown();
  const handler = async (): Promise<{ sent: boolean }> => {
    onStart();
    return { sent: true };
  };
  const worker = new Worker(queue, handler, { connection: { ...connection }, concurrency, autorun: false });
  worker.on('error', () => undefined);
  worker.on('completed', completed.one);
  await worker.waitUntilReady();
  return {
    /** Begins, or goes on, and resolves when this many more jobs were completed. */
    complete: (count: number): Promise<void> => {
      if (!worker.isRunning()) void worker.run();
      return completed.wait(count);
    },
    start: (): void => void worker.run(),
    stop: (): Promise<void> => worker.close(),
  };
}

import { createProducer, defineJob } from '@ojs/producer-sdk';
import { createWorker } from '@ojs/worker-sdk';
import { z } from 'zod';
import { countdown } from './countdown.ts';
import { inFlight } from './in-flight.ts';
import { JOB_TYPE, sampleEmail } from './sample-job.ts';
import type { Secured } from './secured.ts';

/** The sample job as applications define one, with a schema that both sides check. */
const sendEmail = defineJob(
  JOB_TYPE,
  z.object({
    to: z.email(),
    template: z.string(),
    locale: z.string(),
    order: z.object({ id: z.int(), total: z.string(), currency: z.string(), items: z.int() }),
    link: z.url(),
  }),
);

export function sdkProducer({ url, ca, keys }: Secured) {
  const producer = createProducer({ url, ca, credential: keys.producer });
  const enqueue = (queue: string, i: number): Promise<unknown> =>
    producer.enqueue(sendEmail, sampleEmail(i), { queue });
  const entries = (queue: string, count: number) =>
    Array.from({ length: count }, (_, i) => ({
      job: sendEmail,
      input: sampleEmail(i),
      options: { queue },
    }));
  return {
    enqueue,
    fill: (queue: string, count: number): Promise<void> =>
      inFlight(4, Math.ceil(count / 500), (i) => producer.enqueueMany(entries(queue, Math.min(500, count - i * 500)))),
    stop: (): Promise<void> => producer.close(),
  };
}

/** A worker on our SDK that does nothing with its jobs but tell when one begins. */
export function sdkWorker(
  { url, ca, keys }: Secured,
  queue: string,
  concurrency: number,
  onStart: () => void = () => undefined,
) {
  const completed = countdown();
  const worker = createWorker({
    url,
    ca,
    credential: keys.worker,
    queues: [queue],
    concurrency,
    onEvent: ({ type }) => {
      if (type === 'job.completed') completed.one();
    },
  });
  worker.handle(sendEmail, () => {
    onStart();
    return { sent: true };
  });
  return {
    /** Begins, or goes on, and resolves when this many more jobs were completed. */
    complete: (count: number): Promise<void> => {
      worker.start();
      return completed.wait(count);
    },
    start: (): void => void worker.start(),
    stop: (): Promise<void> => worker.stop(),
  };
}

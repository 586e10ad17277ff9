// A process that is nothing but a worker, for signals.test.ts. Told by IPC what it hears.
import { setTimeout } from 'node:timers/promises';
import { z } from 'zod';
import { createWorker, defineJob } from '../src/index.ts';

const short = defineJob('short', z.unknown());
const long = defineJob('long', z.unknown());

createWorker({ handleSignals: true, onEvent: ({ type }) => process.send?.(type) })
  .handle(short, () => setTimeout(100, 'done'))
  .handle(long, (_, { signal }) => setTimeout(3_600_000, 'done', { signal }))
  .start();

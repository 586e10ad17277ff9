import { setTimeout as sleep } from 'node:timers/promises';
import { isTransient, OjsError } from '@ojs/client';
import type { Application } from './application.ts';
import { cancelBulk, cancelOne, pauseQueue, readBack, retryBulk, retryDeadLetters, triggerCron } from './operator.ts';
import {
  enqueueCareless,
  enqueueHopeless,
  enqueueLimited,
  enqueueLong,
  enqueueMany,
  enqueueOne,
  enqueueTogether,
  enqueueUnique,
} from './singles.ts';
import { startWorkflow } from './workflows.ts';

type Act = (app: Application) => Promise<void>;
const MIX: readonly [weight: number, act: Act][] = [
  [12, enqueueOne],
  [3, enqueueTogether],
  [3, enqueueMany],
  [4, enqueueLong],
  [4, enqueueCareless],
  [4, enqueueHopeless],
  [10, enqueueUnique],
  [10, enqueueLimited],
  [8, startWorkflow],
  [4, cancelOne],
  [2, cancelBulk],
  [1, retryBulk],
  [2, retryDeadLetters],
  [1, pauseQueue],
  [3, readBack],
  [1, triggerCron],
];

/** Uses the product in every way, one after the other, until the signal fires. */
export async function useAtRandom(app: Application, pauseMs: number): Promise<void> {
  const { random, ledger, signal } = app;
  while (!signal.aborted) {
    const act = random.weighted(MIX);
    try {
      await act(app);
    } catch (error) {
      // That a server is away is what the soak is about; what was not answered is not looked for.
      if (!isTransient(error) && !signal.aborted) ledger.broken.push(`${act.name}: ${told(error)}`);
    }
    await sleep(random.between(0, 2 * pauseMs), undefined, { signal }).catch(() => undefined);
  }
}

const told = (error: unknown): string =>
  error instanceof OjsError ? `${error.status} ${error.code} ${error.message}` : String(error);

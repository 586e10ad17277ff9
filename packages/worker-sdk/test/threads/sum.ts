import { threadId } from 'node:worker_threads';
import type { ThreadContext } from '../../src/in-thread.ts';
import { NonRetryableError } from '../../src/worker-errors.ts';

class Unlucky extends Error {}

/** Sums, or does as it is told instead. */
export default function sum(input: { upTo: number; instead?: string }, { attempt }: ThreadContext) {
  if (input.instead === 'give up') throw new NonRetryableError('never');
  if (input.instead === 'fail') throw new Unlucky(`at attempt ${attempt}`);
  for (;;) {
    if (input.instead !== 'hang') break;
  }
  let total = 0;
  for (let i = 1; i <= input.upTo; i++) total += i;
  return { total, thread: threadId };
}

import { through } from '@ojs/client';
import type { JobContext } from './context.ts';

/**
 * Stands around the handler of every job (ojs-middleware §4). `next()` checks the arguments, runs what is further inside
 * and returns the job's result; what it throws fails the attempt. Not calling it keeps the handler from running; the value
 * that is returned is the job's result. A middleware that catches an error must throw it again, or the job counts as done.
 */
export type Middleware = (context: JobContext, next: () => Promise<unknown>) => unknown;

/** Runs `handler` inside the chain. */
export function within(
  chain: readonly Middleware[],
  context: JobContext,
  handler: () => Promise<unknown>,
): Promise<unknown> {
  return through<Middleware, undefined, unknown>(
    chain,
    undefined,
    (middleware, _, next) => middleware(context, () => next(undefined)),
    handler,
  );
}

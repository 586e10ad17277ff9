import { type AnyJob, argsOf, inputOf, OjsValidationError } from '@ojs/client';

/** Definitions whose schema has shown that it accepts what it returned. */
const stable = new WeakSet<AnyJob>();

/**
 * The arguments to send, checked. A schema that would refuse them at the worker (one that turns text into a length,
 * say) is found out at the first job of a type instead of at every worker.
 *
 * @throws {OjsValidationError}
 */
export async function checkedArgs(job: AnyJob, input: unknown): Promise<unknown[]> {
  const args = await argsOf(job, input);
  if (stable.has(job)) return args;
  try {
    await inputOf(job, JSON.parse(JSON.stringify(args)) as unknown[]);
  } catch (error) {
    const issues = error instanceof OjsValidationError ? error.issues : [{ path: 'args', message: 'are not JSON' }];
    throw new OjsValidationError(
      `The schema of ${job.type} does not accept, as JSON, what it returned, so no worker could run the job. Transform the value in the handler instead`,
      issues,
    );
  }
  stable.add(job);
  return args;
}

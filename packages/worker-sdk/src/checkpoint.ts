import type { Job } from '@ojs/client';
import { OjsValidationError, type StandardSchemaV1, validate } from '@ojs/client';

/** Where a job is, kept by the server for its next attempt. */
export interface Checkpoint {
  /**
   * What was saved last, by this attempt or one before; undefined where nothing was. Asks nobody: it came with the job.
   *
   * @param schema of any Standard Schema library: a checkpoint may have been saved by an older version of the handler
   * @throws {OjsValidationError} (rejects) when it does not fit the schema
   */
  load<State = unknown>(schema?: StandardSchemaV1<unknown, State>): Promise<State | undefined>;
  /**
   * Saves where the job is: any JSON value of up to 1 MiB. Resolves when the server has it; saves go in the order of the calls.
   *
   * @throws {JobAbortedError} when the lease is lost; {@link OjsError} when the server refuses or does not answer
   */
  save(state: unknown): Promise<void>;
  /** Forgets it: the next attempt begins at the beginning. @throws as {@link save} */
  clear(): Promise<void>;
}

/** How {@link checkpointOf} tells the server. */
export interface CheckpointCalls {
  readonly save: (state: unknown) => Promise<void>;
  readonly clear: () => Promise<void>;
}

export function checkpointOf(job: Job, calls: CheckpointCalls): Checkpoint {
  let kept: { readonly state: unknown } | undefined = job.checkpoint && { state: job.checkpoint.state };
  let before: Promise<unknown> = Promise.resolve();
  const inOrder = (act: () => Promise<void>): Promise<void> => {
    const done = before.then(act);
    before = done.catch(() => undefined);
    return done;
  };
  return {
    async load<State>(schema?: StandardSchemaV1<unknown, State>) {
      if (kept === undefined) return undefined;
      const { state } = kept;
      if (schema === undefined) return state as State;
      const subject = `The checkpoint of a job ${job.type} does not fit`;
      return validate(schema, state, subject, 'checkpoint', 'invalid_payload');
    },
    async save(state) {
      const json = JSON.stringify(state);
      if (json === undefined) throw unsaid(job);
      // What is loaded again is what the server has, whatever the handler does to its object meanwhile.
      const saved = { state: JSON.parse(json) as unknown };
      await inOrder(() => calls.save(saved.state));
      kept = saved;
    },
    async clear() {
      await inOrder(calls.clear);
      kept = undefined;
    },
  };
}

const unsaid = ({ type }: Job): OjsValidationError =>
  new OjsValidationError(`The checkpoint of a job ${type} cannot be saved`, [
    { path: 'checkpoint', message: 'is nothing that JSON has a word for' },
  ]);

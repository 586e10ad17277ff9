import type { JobState } from '@ojs/schema';
import type { Caller, LeaseClaim } from '../caller.ts';
import type { Checkpoint } from './checkpoint-record.ts';

/** How far an attempt says it is (ojs-progress §5). */
export interface ProgressReport {
  /** Clamped to 0 to 1. */
  readonly progress?: number | undefined;
  readonly message?: string | undefined;
  readonly data?: Readonly<Record<string, unknown>> | undefined;
  /** Saved as a checkpoint in the same step; undefined: none. */
  readonly checkpoint?: unknown;
}

/** What is noted after a report, or why nothing is. */
export type ProgressNoted =
  | {
      readonly accepted: true;
      readonly state: 'active';
      readonly progress: number | null;
      readonly message: string | null;
      readonly data: Readonly<Record<string, unknown>> | null;
      readonly updatedAt: string;
    }
  /** No attempt is under way. */
  | { readonly accepted: false; readonly state: JobState };

/** What the holder of a lease tells and leaves behind. */
export interface Attempts {
  /** Extends the lease too. @throws {LeaseLost} of another's lease. {@link NoSuchJob} {@link StaleAccess} */
  report(tenant: string, caller: Caller, claim: LeaseClaim, report: ProgressReport): Promise<ProgressNoted>;
  /**
   * @param unheld whether the caller may also leave a checkpoint for a job that nobody works on.
   * @throws {LeaseLost} {@link WrongState} {@link NoSuchJob} {@link StaleAccess}
   */
  save(
    tenant: string,
    caller: Caller,
    claim: LeaseClaim,
    state: unknown,
    unheld: boolean,
  ): Promise<Omit<Checkpoint, 'state'>>;
  /** @returns undefined where there is none. @throws {NoSuchJob} */
  checkpoint(tenant: string, id: string, queue: string): Promise<Checkpoint | undefined>;
  /** @returns whether there was one. @throws {LeaseLost} {@link WrongState} {@link NoSuchJob} {@link StaleAccess} */
  forget(tenant: string, caller: Caller, claim: LeaseClaim, unheld: boolean): Promise<boolean>;
}

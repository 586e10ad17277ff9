import type { CronFiring, Job, OverlapPolicy } from '@ojs/schema';
import type { Caller } from '../caller.ts';
import type { NewJob } from '../new-job.ts';
import type { Owned } from '../rights.ts';

/** A job to be, whose moments are counted from the firing (ms). */
export interface JobTemplate extends Omit<NewJob, 'id' | 'scheduledAt' | 'expiresAt'> {
  readonly delayMs?: number;
  readonly lifeMs?: number;
}

/** What a client says of an entry: validated. */
export interface CronDefinition {
  readonly expression: string;
  readonly timezone: string;
  readonly overlap: OverlapPolicy;
  readonly description: string | null;
  readonly job: JobTemplate;
  /** The options of the job as the client wrote them, to be told again. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** An entry as it is stored. Moments in milliseconds since the epoch. */
export interface Cron extends CronDefinition, Owned {
  readonly name: string;
  /** Another with every change of the definition, the owner, its scope or `enabled`: what was decided on an older one is refused. */
  readonly revision: string;
  readonly enabled: boolean;
  readonly next?: number;
  readonly last?: number;
  readonly count: number;
  readonly created: number;
  readonly updated: number;
}

export interface CronPage {
  readonly visible: (queue: string) => boolean;
  readonly enabled?: boolean;
  readonly after: string;
  readonly offset: number;
  readonly limit: number;
}

/** What a firing by hand came to: a job, or why not, and the id of the job in the way, where it may be told. */
export type Fired =
  | { readonly job: Job }
  | { readonly refused: 'overlap_skip' | 'unique_conflict'; readonly job: string };

/** Cron entries (ojs-cron). Whoever fires one when it is due is the sweeper; the rights are the owner's of that moment. */
export interface Crons {
  find(tenant: string, name: string): Promise<Cron | undefined>;
  /**
   * Makes an entry, or changes `before`, the caller becoming its owner within the scope of its credential. What it fires at stays as it was where neither the expression nor
   * the time zone changes. @throws {CronChanged} {@link CronsFull} {@link StaleAccess}
   */
  save(tenant: string, caller: Caller, cron: NewCron, before: Cron | undefined): Promise<Cron>;
  /** What was missed while it was off is not made up for. @throws {CronChanged} {@link StaleAccess} */
  setEnabled(tenant: string, caller: Caller, cron: Cron, enabled: boolean): Promise<Cron>;
  /** @throws {CronChanged} {@link StaleAccess} */
  delete(tenant: string, caller: Caller, cron: Cron): Promise<void>;
  /** Fires at once, with the caller's rights, whether the entry is on or off. @throws {CronChanged} {@link StaleAccess} */
  trigger(tenant: string, caller: Caller, cron: Cron): Promise<Fired>;
  /** By name; `next` is the name after which the next page begins. */
  list(tenant: string, page: CronPage): Promise<{ crons: Cron[]; total: number; next?: string }>;
  /** Newest first. */
  history(tenant: string, name: string, limit: number): Promise<CronFiring[]>;
}

export interface NewCron {
  readonly name: string;
  readonly enabled: boolean;
  readonly definition: CronDefinition;
}

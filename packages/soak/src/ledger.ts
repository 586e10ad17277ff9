import type { CronFiring, JobState, StreamedEvent } from '@ojs/client';
import type { Told } from './told.ts';

/** How a job may end. */
export type Ends = readonly JobState[];

/** A job that the server answered for. */
export interface Answered {
  readonly mark: string;
  readonly ends: Ends;
}
type Begun = Extract<Told, { told: 'begun' }>;
type Saved = Extract<Told, { told: 'saved' }>;
type Completed = Extract<Told, { told: 'completed' }>;

/** A workflow that the server answered for. */
export interface StartedWorkflow {
  /** Marks of the steps that begin if it is completed, and of those that never begin. */
  readonly reached: readonly string[];
  readonly unreached: readonly string[];
  readonly ends: readonly string[];
}

/** Everything that was answered or told, in memory, for the judge. */
export class Ledger {
  readonly answered = new Map<string, Answered>();
  readonly begun: Begun[] = [];
  readonly saved: Saved[] = [];
  readonly completed: Completed[] = [];
  /** Cancellations that the server confirmed. */
  readonly cancelled = new Set<string>();
  readonly workflows = new Map<string, StartedWorkflow>();
  /** By the name of the entry, and when it was due and fired. */
  readonly firings = new Map<string, Map<string, CronFiring>>();
  /** Of each job, what it must be unique in. */
  readonly uniqueKeys = new Map<string, string>();
  /** Of each job, what bounds how many are active. */
  readonly limitKeys = new Map<string, string>();
  /** Jobs under the limit of starts in a period. */
  readonly rated = new Set<string>();
  /** Events in the order of the server's log. */
  readonly events: StreamedEvent[] = [];
  /** How often a webhook's receiver accepted an event, by its id. */
  readonly deliveries = new Map<string, number>();
  /** What no client should ever see. */
  readonly broken: string[] = [];
  late = 0;
  /** When the cron entries were paused, in milliseconds. */
  cronsEnd = 0;
  #recent: string[] = [];

  answer(id: string, mark: string, ends: Ends): void {
    this.answered.set(id, { mark, ends });
    this.#recent.push(id);
    if (this.#recent.length > 400) this.#recent.splice(0, 200);
  }

  /** Ids of jobs that were answered not long ago. */
  get recent(): readonly string[] {
    return this.#recent;
  }

  hear(line: Exclude<Told, { told: 'ready' }>): void {
    switch (line.told) {
      case 'begun':
        this.begun.push(line);
        break;
      case 'saved':
        this.saved.push(line);
        break;
      case 'completed':
        this.completed.push(line);
        break;
      case 'late':
        this.late++;
        break;
      case 'broken':
        this.broken.push(line.error);
    }
  }
}

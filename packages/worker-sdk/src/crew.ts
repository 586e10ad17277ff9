import { type Chain, type Client, type Job, traceProcess } from '@ojs/client';
import { AckGather } from './ack-gather.ts';
import { ActiveJob, leaseOf } from './active-job.ts';
import { attemptCalls } from './attempt-calls.ts';
import { contextOf } from './context.ts';
import type { Tell } from './events.ts';
import type { Middleware } from './middleware.ts';
import { type Handler, interrupted, type Outcome, runJob, timedOut } from './run-job.ts';
import { type SettleContext, type Settlement, settle, TRY } from './settle.ts';
import type { AbortReason } from './worker-errors.ts';

/** What {@link Crew} works with. */
export interface CrewContext {
  readonly client: Client;
  readonly workerId: string;
  readonly concurrency: number;
  readonly leaseMs: number;
  readonly tell: Tell;
  readonly handlers: ReadonlyMap<string, Handler>;
  readonly middleware: Chain<Middleware>;
  readonly joinTraces: boolean;
  readonly beatFor: (active: ActiveJob) => Promise<void>;
  readonly onTaken: (active: ActiveJob) => void;
}

/**
 * The jobs that this worker has. At most `concurrency` handlers run at once. A job whose handler has ended makes room
 * while the server is still being told, so that fetching and telling overlap; at most as many again wait for that.
 */
export class Crew {
  /** By id: every job whose lease this worker believes to hold. */
  readonly active = new Map<string, ActiveJob>();
  readonly #context: CrewContext;
  readonly #halt = new AbortController();
  readonly #telling: SettleContext;
  #running = 0;
  #unsettled = 0;
  #waiting: (() => void)[] = [];

  constructor(context: CrewContext) {
    this.#context = context;
    const { client, workerId, tell } = context;
    const halt = this.#halt.signal;
    this.#telling = { client, workerId, tell, halt, acks: new AckGather(client, { ...TRY, signal: halt }) };
  }

  /** How many jobs may be taken now. */
  get room(): number {
    const { concurrency } = this.#context;
    return Math.max(0, Math.min(concurrency - this.#running, 2 * concurrency - this.#unsettled));
  }

  /** Whether no handler runs and the server knows of every job. */
  get idle(): boolean {
    return this.#running === 0 && this.#unsettled === 0;
  }

  /** Resolves when something has changed: a handler ended, or the server was told. */
  changed(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const done = (): void => {
        signal.removeEventListener('abort', done);
        resolve();
      };
      signal.addEventListener('abort', done, { once: true });
      this.#waiting.push(done);
    });
  }

  take(job: Job): void {
    const active = this.#adopt(job);
    this.#running += 1;
    this.#context.tell({ type: 'job.started', ...nameOf(active) });
    const { handlers, middleware, client, workerId, tell, beatFor, joinTraces } = this.#context;
    const context = () => contextOf(active, beatFor, attemptCalls(client, workerId, tell, active));
    const run = () => runJob(handlers.get(job.type), middleware.freeze(), active, context);
    void traceProcess(job, workerId, joinTraces, run).then((outcome) => {
      this.#running -= 1;
      active.handlerEnded();
      if (!active.lost && !active.settling) void this.#settle(active, outcome);
      else if (!active.settling) this.#forget(active);
      this.#changed();
    });
  }

  /** A job that came too late to be begun. */
  giveBack(job: Job): void {
    void this.#settle(this.#adopt(job), { kind: 'requeue' });
  }

  abortAll(reason: AbortReason): void {
    for (const active of this.active.values()) if (!active.settling) active.abort(reason);
  }

  /** Gives back every job whose handler has not ended. */
  giveBackAll(): void {
    for (const active of this.active.values())
      if (!active.settling && !active.lost) void this.#settle(active, interrupted());
  }

  /** Stops telling the server anything. */
  halt(): void {
    this.#halt.abort();
    for (const active of this.active.values()) active.release();
    this.active.clear();
  }

  #adopt(job: Job): ActiveJob {
    // The same job again: its lease ended here unnoticed, and the first run of it is worth nothing any more.
    this.active.get(job.id)?.abort('lease_lost');
    const lease = leaseOf(job, this.#context.leaseMs);
    const active = new ActiveJob(job, lease, (each, reason) => this.#aborted(each, reason));
    this.active.set(job.id, active);
    this.#unsettled += 1;
    this.#context.onTaken(active);
    return active;
  }

  #aborted(active: ActiveJob, reason: AbortReason): void {
    this.#context.tell({ type: 'job.aborted', reason, ...nameOf(active) });
    // Told at once, whether or not the handler listens: the job is free for its next attempt.
    if (reason === 'timeout' && !active.settling) void this.#settle(active, timedOut(active));
    if (reason === 'lease_lost' && !active.settling) {
      this.#context.tell({ type: 'job.lost', ...nameOf(active) });
      this.#forget(active);
    }
  }

  async #settle(active: ActiveJob, outcome: Outcome): Promise<void> {
    active.settling = true;
    await active.beforeEnd();
    const told = await settle(this.#telling, active, outcome);
    this.#report(active, told);
    this.#forget(active);
    this.#changed();
  }

  #report(active: ActiveJob, told: Settlement): void {
    const { tell } = this.#context;
    const about = nameOf(active);
    const durationMs = Math.round(performance.now() - active.startedAt);
    if (!told) tell({ type: 'job.lost', ...about });
    else if (told.kind === 'ack') tell({ type: 'job.completed', durationMs, ...about });
    else if (told.kind === 'requeue') tell({ type: 'job.returned', ...about });
    else tell({ type: 'job.failed', durationMs, error: told.error, ...about });
  }

  #forget(active: ActiveJob): void {
    if (active.forgotten) return;
    active.forgotten = true;
    active.release();
    this.#unsettled -= 1;
    if (this.active.get(active.job.id) === active) this.active.delete(active.job.id);
  }

  #changed(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }
}

const nameOf = ({ job }: ActiveJob): { jobId: string; jobType: string; attempt: number } => ({
  jobId: job.id,
  jobType: job.type,
  attempt: job.attempt,
});

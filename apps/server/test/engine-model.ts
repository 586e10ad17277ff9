import type { JobState } from '@ojs/schema';
import type { BulkMove, Extent } from '../src/engine/bulk/selection.ts';

/** What a job is in the model: as little as decides what the engine must answer. */
export interface ModelJob {
  readonly id: string;
  readonly queue: string;
  readonly priority: number;
  readonly maxAttempts: number;
  readonly dlq: boolean;
  readonly delayed: boolean;
  /** Whether a pending job is scheduled once it is activated. */
  readonly later: boolean;
  /** How many jobs of the key may be active at once for this one to begin. */
  readonly limit?: { readonly key: string; readonly concurrency: number } | undefined;
  hasLife: boolean;
  state: JobState;
  turn: number;
  attempt: number;
  back: number;
  replays: number;
  errors: number;
  /** Sequence of its checkpoint, 0 for none. */
  checkpoint: number;
  dead: boolean;
  lease?: { principal: string; worker: string; ended: boolean } | undefined;
  lifeEnded: boolean;
  due: boolean;
}

export type NewModelJob = Pick<
  ModelJob,
  'id' | 'queue' | 'priority' | 'maxAttempts' | 'dlq' | 'delayed' | 'later' | 'hasLife' | 'limit'
> & { readonly kind: 'available' | 'scheduled' | 'pending' };

export interface ModelClaim {
  readonly id: string;
  readonly queue: string;
  readonly principal: string;
  readonly worker: string | undefined;
  readonly attempt: number | undefined;
  readonly replays: number;
}

/** Why the model refuses: the name of the engine's refusal, and the state that it tells. */
export class ModelRefusal extends Error {
  readonly refusal: string;
  readonly state: JobState | undefined;
  constructor(refusal: string, state?: JobState) {
    super(refusal);
    this.refusal = refusal;
    this.state = state;
  }
}

const TERMINAL: readonly JobState[] = ['completed', 'cancelled', 'discarded'];

/** One tenant, in memory: the rules of ojs-core §6 and of the leases, said as plainly as possible. */
export class Model {
  readonly jobs = new Map<string, ModelJob>();
  readonly removed: string[] = [];
  /** Told of what becomes of jobs, for the rules that stand in a file of their own. */
  readonly listeners: { removed(id: string): void; restarted(id: string): void }[] = [];
  readonly queues = new Map<string, { paused: boolean }>();
  readonly #workers = new Map<string, string>();
  readonly #draining = new Set<string>();
  #turn = 0;

  push(batch: readonly NewModelJob[]): void {
    const ids = new Set(this.jobs.keys());
    for (const { id } of batch) {
      if (ids.has(id)) throw new ModelRefusal('JobExists');
      ids.add(id);
    }
    for (const { kind, ...job } of batch) {
      this.#register(job.queue);
      const more = {
        attempt: 0,
        back: 0,
        replays: 0,
        errors: 0,
        checkpoint: 0,
        dead: false,
        lifeEnded: false,
        due: false,
      };
      const state = kind;
      this.jobs.set(job.id, { ...job, ...more, state, turn: this.#turn++ });
    }
  }

  fetch(principal: string, worker: string, queues: readonly string[], count: number): string[] {
    this.#own(worker, principal);
    if (this.#draining.has(worker)) throw new ModelRefusal('WorkerDraining');
    const claimed: string[] = [];
    for (const queue of queues) {
      this.#register(queue);
      if (this.queues.get(queue)?.paused) continue;
      for (const job of this.#waiting(queue)) {
        if (claimed.length === count) break;
        if (job.lifeEnded) this.#expire(job);
        else if (this.#mayBegin(job)) {
          this.#become(job, 'active');
          job.attempt++;
          job.lease = { principal, worker, ended: false };
          claimed.push(job.id);
        }
      }
    }
    return claimed;
  }

  ack(claim: ModelClaim): void {
    const job = this.#leased(claim);
    this.#become(job, 'completed');
  }

  nack(claim: ModelClaim, retryable: boolean): void {
    this.#fail(this.#leased(claim), retryable, true);
  }

  /** @returns its sequence */
  save(claim: ModelClaim): number {
    return ++this.#held(claim).checkpoint;
  }

  /** @returns whether there was one */
  forget(claim: ModelClaim): boolean {
    const job = this.#held(claim);
    const had = job.checkpoint > 0;
    job.checkpoint = 0;
    return had;
  }

  /** @returns whether it was noted: of a job that is not active it is not. */
  report(claim: ModelClaim): boolean {
    const job = this.#existing(claim.id);
    if (job.queue === claim.queue && job.state !== 'active') return false;
    this.#leased(claim);
    return true;
  }

  requeue(claim: ModelClaim): void {
    const job = this.#leased(claim);
    job.back++;
    this.#become(job, 'available');
  }

  /** @param state what the worker says of itself; undefined: as before. */
  heartbeat(principal: string, worker: string, ids: readonly string[], state?: 'running' | 'quiet'): string[] {
    this.#own(worker, principal);
    if (state === 'quiet') this.#draining.add(worker);
    if (state === 'running') this.#draining.delete(worker);
    return ids.filter((id) => {
      const lease = this.jobs.get(id)?.lease;
      return lease?.principal === principal && !lease.ended && (lease.worker === '' || lease.worker === worker);
    });
  }

  cancel(id: string): void {
    const job = this.#existing(id);
    if (TERMINAL.includes(job.state)) throw new ModelRefusal('WrongState', job.state);
    this.#become(job, 'cancelled');
  }

  activate(id: string): void {
    const job = this.#existing(id);
    if (job.state !== 'pending') throw new ModelRefusal('WrongState', job.state);
    this.#become(job, job.later ? 'scheduled' : 'available');
  }

  retryDeadLetter(id: string): void {
    const job = this.#existing(id);
    if (!job.dead) throw new ModelRefusal('NoSuchJob');
    this.#restart(job);
  }

  deleteDeadLetter(id: string): void {
    if (!this.#existing(id).dead) throw new ModelRefusal('NoSuchJob');
    this.#remove(id);
  }

  /** Why the move is refused; undefined: it is not. */
  refusesMove(move: BulkMove, id: string): ModelRefusal | undefined {
    const job = this.jobs.get(id);
    if (!job || (move.endsWith('dead-letter') && !job.dead)) return new ModelRefusal('NoSuchJob');
    const ended = TERMINAL.includes(job.state);
    const fits = {
      'cancel-waiting': !ended && job.state !== 'active',
      retry: job.state === 'discarded' || job.state === 'retryable',
      delete: ended,
      'retry-dead-letter': true,
      'delete-dead-letter': true,
    }[move];
    return fits ? undefined : new ModelRefusal('WrongState', job.state);
  }

  /** @returns of each why it was refused, or would be */
  moveAll(move: BulkMove, ids: readonly string[], how: Extent): (ModelRefusal | undefined)[] {
    const refusals = ids.map((id) => this.refusesMove(move, id));
    if (how === 'look' || (how === 'whole' && refusals.some(Boolean))) return refusals;
    for (const [i, id] of ids.entries()) {
      if (refusals[i]) continue;
      const job = this.#existing(id);
      if (move === 'cancel-waiting') this.#become(job, 'cancelled');
      else if (move.startsWith('delete')) this.#remove(id);
      else if (job.state === 'retryable') this.#become(job, 'available');
      else this.#restart(job);
    }
    return refusals;
  }

  #restart(job: ModelJob): void {
    this.#become(job, 'available');
    job.replays++;
    Object.assign(job, { attempt: 0, back: 0, errors: 0, dead: false, hasLife: false, lifeEnded: false });
    for (const each of this.listeners) each.restarted(job.id);
  }

  pause(queue: string, paused: boolean): boolean {
    if (paused) this.#register(queue);
    const known = this.queues.get(queue);
    if (known) known.paused = paused;
    return known !== undefined;
  }

  /** What the sweeper does, in the order of ids since the tests give all moments that came the same score. */
  sweep(): void {
    const due = [...this.jobs.values()]
      .filter((job) => job.due || job.lifeEnded || job.lease?.ended)
      .sort((a, b) => (a.id < b.id ? -1 : 1));
    for (const job of due.filter(({ state }) => state !== 'active')) {
      if (TERMINAL.includes(job.state)) this.#remove(job.id);
      else if (job.lifeEnded) this.#expire(job);
      else this.#become(job, 'available');
    }
    for (const job of due.filter(({ state }) => state === 'active')) this.#fail(job, true, false);
  }

  counts(queue: string): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const job of this.jobs.values()) {
      if (job.queue === queue) counts[job.state] = (counts[job.state] ?? 0) + 1;
    }
    return counts;
  }

  #mayBegin({ limit }: ModelJob): boolean {
    if (!limit) return true;
    const running = [...this.jobs.values()].filter((job) => job.state === 'active' && job.limit?.key === limit.key);
    return running.length < limit.concurrency;
  }

  #waiting(queue: string): ModelJob[] {
    return [...this.jobs.values()]
      .filter((job) => job.queue === queue && job.state === 'available')
      .sort((a, b) => b.priority - a.priority || a.turn - b.turn);
  }

  #register(queue: string): void {
    if (!this.queues.has(queue)) this.queues.set(queue, { paused: false });
  }

  #own(worker: string, principal: string): void {
    if (worker === '') return;
    if ((this.#workers.get(worker) ?? principal) !== principal) throw new ModelRefusal('WorkerTaken');
    this.#workers.set(worker, principal);
  }

  #existing(id: string): ModelJob {
    const job = this.jobs.get(id);
    if (!job) throw new ModelRefusal('NoSuchJob');
    return job;
  }

  /** Of a job that nobody holds, who names no lease is told that it is in the wrong state. */
  #held(claim: ModelClaim): ModelJob {
    const job = this.#existing(claim.id);
    const isUnnamed = claim.worker === undefined && claim.attempt === undefined;
    if (isUnnamed && job.queue === claim.queue && !job.lease) throw new ModelRefusal('WrongState', job.state);
    return this.#leased(claim);
  }

  #leased({ id, queue, principal, worker, attempt, replays }: ModelClaim): ModelJob {
    const job = this.#existing(id);
    if (job.queue !== queue) throw new ModelRefusal('NoSuchJob');
    const { lease, state } = job;
    const holds = lease?.principal === principal && !lease.ended && (worker ?? lease.worker) === lease.worker;
    const current = attempt === undefined || (attempt === job.attempt && replays === job.replays);
    if (!holds || !current) throw new ModelRefusal('LeaseLost', state);
    return job;
  }

  #fail(job: ModelJob, retryable: boolean, backsOff: boolean): void {
    job.errors++;
    if (retryable && job.attempt - job.back < job.maxAttempts) {
      this.#become(job, backsOff && job.delayed ? 'retryable' : 'available');
      return;
    }
    this.#become(job, 'discarded');
    job.dead = job.dlq;
  }

  #expire(job: ModelJob): void {
    this.#become(job, 'discarded');
    job.lifeEnded = false;
  }

  #become(job: ModelJob, state: JobState): void {
    job.state = state;
    job.lease = undefined;
    job.due = false;
    // What ended cannot expire any more.
    if (TERMINAL.includes(state)) job.lifeEnded = false;
    if (state === 'available') job.turn = this.#turn++;
  }

  #remove(id: string): void {
    this.jobs.delete(id);
    this.removed.push(id);
    for (const each of this.listeners) each.removed(id);
  }
}

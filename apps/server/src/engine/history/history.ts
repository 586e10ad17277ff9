import type { HistoryActor, HistoryEvent, JobError, JobState } from '@ojs/schema';
import { errorsOf, type JobHash } from '../job-record.ts';
import { Timeline } from './timeline.ts';

/** One attempt; without `ended` it is under way, or completed the job. Moments in milliseconds. */
interface Attempt {
  readonly attempt: number;
  readonly available: number;
  readonly started: number;
  readonly ended?: number;
  readonly worker: string;
}

/** What a job did until it ended for good, and when it then started anew (`restarted`). */
interface Life {
  readonly attempts: Attempt[];
  readonly errors: readonly JobError[];
  readonly over?: { readonly ended: number; readonly restarted: number };
}

const SYSTEM: HistoryActor = { type: 'system' };
const workerOf = ({ worker }: Attempt): HistoryActor => (worker ? { type: 'worker', id: worker } : { type: 'worker' });

/** The lines that places.lua and move.lua wrote, and the record's own last attempt. */
function livesOf(hash: JobHash, state: JobState): Life[] {
  const lives: { attempts: Attempt[]; over?: { ended: number; restarted: number } }[] = [{ attempts: [] }];
  for (const line of (hash.hist ?? '').split('\n').filter(Boolean)) {
    const [first = '', second, third, fourth, worker = ''] = line.split(' ');
    const life = lives.at(-1) as (typeof lives)[number];
    if (first === 'r') {
      life.over = { ended: Number(second), restarted: Number(third) };
      lives.push({ attempts: [] });
    } else {
      const moments = { available: Number(second), started: Number(third), ended: Number(fourth) };
      life.attempts.push({ attempt: Number(first), ...moments, worker });
    }
  }
  if (state === 'active' || state === 'completed') {
    const available = Number(hash.enq ?? hash.timestamp);
    const last = { attempt: Number(hash.atm), available, started: Number(hash.processedOn), worker: hash.lw ?? '' };
    lives.at(-1)?.attempts.push(last);
  }
  const errors = [errorsOf(hash.errs), errorsOf(hash.pe)];
  return lives.map((life, i) => ({ ...life, errors: errors[lives.length - 1 - i] ?? [] }));
}

/** What a job was before it was available for the first time. */
function firstState(hash: JobHash, state: JobState, available: number | undefined): JobState {
  const created = Number(hash.timestamp);
  const attributes = (hash.ojs ? JSON.parse(hash.ojs) : {}) as { scheduled_at?: unknown };
  const waited = attributes.scheduled_at === undefined && hash.sa === undefined ? 'pending' : 'scheduled';
  if (available !== undefined) return available > created ? waited : 'available';
  if (state === 'scheduled' || state === 'pending') return state;
  return Number(hash.delay) > 0 ? 'scheduled' : 'available';
}

/** How the state is called that follows an attempt which ended and did not complete the job. */
function after(attempt: Attempt, next: Attempt | undefined, life: Life, hash: JobHash, state: JobState): JobState {
  const ended = attempt.ended ?? 0;
  if (next) return next.available > ended ? 'retryable' : 'available';
  if (life.over) return life.over.ended === ended ? 'discarded' : 'retryable';
  if (Number(hash.finishedOn) === ended) return state;
  return state === 'retryable' || Number(hash.enq) > ended ? 'retryable' : 'available';
}

function tellEnd(timeline: Timeline, attempt: Attempt, ended: number, state: JobState, { errors }: Life): void {
  const error = errors.find((each) => each.attempt === attempt.attempt);
  const actor = workerOf(attempt);
  if (error !== undefined) {
    timeline.tell('job.attempt_failed', ended, actor, {
      attempt: attempt.attempt,
      duration_ms: ended - attempt.started,
      error: error.message,
      error_type: error.type,
      will_retry: state === 'retryable' || state === 'available',
    });
  }
  timeline.become(state, ended, actor);
}

function tellDiscarded(timeline: Timeline, at: number, { attempts, errors }: Life): void {
  timeline.become('discarded', at, SYSTEM);
  const last_error = errors.at(-1)?.message;
  timeline.tell('job.discarded', at, SYSTEM, {
    total_attempts: attempts.at(-1)?.attempt ?? 0,
    ...(last_error !== undefined && { last_error }),
  });
}

function tellLife(timeline: Timeline, life: Life, hash: JobHash, state: JobState): void {
  life.attempts.forEach((attempt, i) => {
    timeline.become('available', Math.max(attempt.available, timeline.at), SYSTEM);
    timeline.become('active', attempt.started, workerOf(attempt));
    const started = { attempt: attempt.attempt, ...(attempt.worker && { worker_id: attempt.worker }) };
    timeline.tell('job.attempt_started', attempt.started, workerOf(attempt), started);
    if (attempt.ended === undefined) return;
    tellEnd(timeline, attempt, attempt.ended, after(attempt, life.attempts[i + 1], life, hash, state), life);
  });
  if (!life.over) return;
  tellDiscarded(timeline, life.over.ended, life);
  timeline.become('available', life.over.restarted, { type: 'user' });
}

/** How the job came from its last attempt to where it is now. */
function tellNow(timeline: Timeline, life: Life, hash: JobHash, state: JobState): void {
  const finished = Number(hash.finishedOn);
  if (state === 'completed') {
    const attempt = life.attempts.at(-1) as Attempt;
    const done = { attempt: attempt.attempt, duration_ms: finished - attempt.started };
    timeline.tell('job.attempt_completed', finished, workerOf(attempt), done);
    timeline.become('completed', finished, workerOf(attempt));
    return;
  }
  const available = Number(hash.enq);
  if (available > timeline.at && timeline.state !== 'active') timeline.become('available', available, SYSTEM);
  if (state === 'discarded') tellDiscarded(timeline, finished, life);
  if (state !== 'cancelled') return;
  timeline.become('cancelled', finished, { type: 'client' });
  timeline.tell('job.cancelled', finished, { type: 'client' }, {});
}

/**
 * What happened to a job, oldest first (ojs-execution-history §3): put together from its record, which keeps what is needed
 * for it. Pure. Errors of attempts are told as far as the record keeps them.
 */
export function historyOf(id: string, queue: string, hash: JobHash, state: JobState): HistoryEvent[] {
  const created = Number(hash.timestamp);
  const lives = livesOf(hash, state);
  const [first] = lives.flatMap(({ attempts }) => attempts);
  const available = first?.available ?? (hash.enq === undefined ? undefined : Number(hash.enq));
  const timeline = new Timeline(id, firstState(hash, state, available), created);
  const size = Buffer.byteLength(hash.data ?? '[]');
  timeline.tell(
    'job.created',
    created,
    { type: 'client', id: hash.by ?? 'unknown' },
    {
      queue,
      type: hash.name,
      args_size_bytes: size,
      state: timeline.state,
    },
  );
  for (const life of lives) tellLife(timeline, life, hash, state);
  tellNow(timeline, lives.at(-1) as Life, hash, state);
  const from = Number(hash.hp ?? 0);
  return timeline.events.filter(({ timestamp }) => Date.parse(timestamp) > from);
}

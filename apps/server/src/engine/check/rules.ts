import type { JobState } from '@ojs/schema';
import type { Finding, Rule } from './finding.ts';
import { type Mark, PLACES, type Place } from './keys.ts';

/** The fields of a job's hash that the rules look at; never its arguments. */
export const LOOKED_AT = [
  'lo',
  'le',
  'atm',
  'exp',
  'priority',
  'name',
  'mx',
  'by',
  'timestamp',
  'opts',
  'uk',
  'cp',
] as const;
export type LookedAt = Readonly<Record<(typeof LOOKED_AT)[number], string | null>>;

/** All of one queue as it was read. */
export interface QueueSnapshot {
  readonly tenant: string;
  readonly queue: string;
  readonly places: Readonly<Record<Exclude<Place, 'active'>, ReadonlyMap<string, number>>>;
  readonly active: readonly string[];
  readonly marks: Readonly<Record<Mark, ReadonlyMap<string, number>>>;
  readonly jobs: ReadonlyMap<string, LookedAt>;
  /** Of the whole tenant. */
  readonly index: ReadonlyMap<string, string>;
  readonly timers: ReadonlyMap<string, number>;
}

type Found = (rule: Rule, job?: string, detail?: string) => void;

/** Scores of `delayed` are BullMQ's: twelve bits of sequence below the milliseconds. */
const DELAYED_SCALE = 0x1000;
/** Scores of `prioritized`: 32 bits of sequence below the priority. */
const PRIORITY_SCALE = 0x1_0000_0000;

const NEEDED = ['name', 'priority', 'mx', 'by', 'timestamp', 'opts'] as const;

/** Where each job of the queue is. */
export function placesOf({ places, active }: QueueSnapshot): Map<string, Place[]> {
  const found = new Map<string, Place[]>();
  for (const place of PLACES) {
    for (const id of place === 'active' ? new Set(active) : places[place].keys()) {
      const known = found.get(id);
      if (known) known.push(place);
      else found.set(id, [place]);
    }
  }
  return found;
}

/** The state that a place and the marks beside it mean (lua/places.lua). */
export function stateIn({ marks }: QueueSnapshot, id: string, place: Place): JobState {
  switch (place) {
    case 'prioritized':
      return 'available';
    case 'waiting-children':
      return 'pending';
    case 'delayed':
      if (marks.limited.has(id)) return 'available';
      return marks.retryable.has(id) ? 'retryable' : 'scheduled';
    case 'failed':
      return marks.cancelled.has(id) ? 'cancelled' : 'discarded';
    default:
      return place;
  }
}

/** When something must happen to the job by itself; undefined: never, 'some': at a moment that the record does not tell. */
function dueOf(snapshot: QueueSnapshot, id: string, place: Place, job: LookedAt): number | 'some' | undefined {
  const expires = job.exp === null ? undefined : Number(job.exp);
  if (place === 'prioritized' || place === 'waiting-children') return expires;
  if (place === 'active') return Number(job.le);
  if (place !== 'delayed') return 'some';
  if (snapshot.marks.limited.has(id)) return expires;
  const due = snapshot.places.delayed.get(id)! / DELAYED_SCALE;
  return expires !== undefined && expires < due ? expires : due;
}

function checkTimer(snapshot: QueueSnapshot, id: string, place: Place, job: LookedAt, found: Found): void {
  const timer = snapshot.timers.get(id);
  const due = dueOf(snapshot, id, place, job);
  if (due === undefined) {
    if (timer !== undefined) found('timer without need', id, `${timer}`);
  } else if (timer === undefined) found('timer missing', id, place);
  // A score of `delayed` has fewer bits for a moment beyond 2039.
  else if (due !== 'some' && Math.abs(timer - due) >= 1) found('timer is wrong', id, `${timer}, not ${due}`);
}

function checkJob(snapshot: QueueSnapshot, id: string, job: LookedAt, places: readonly Place[], found: Found): void {
  const missing = NEEDED.filter((field) => job[field] === null);
  if (missing.length > 0) found('job is incomplete', id, `without ${missing.join(', ')}`);
  const queue = snapshot.index.get(id);
  if (queue === undefined) found('job without index entry', id);
  else if (queue !== snapshot.queue) found('index names another queue', id, queue);

  const active = places.includes('active');
  if (active && (job.lo === null || job.le === null)) found('active without lease', id);
  if (!active && (job.lo !== null || job.le !== null)) found('lease without active', id, places.join(', '));
  const attempts = job.atm ?? '0';
  if (!/^\d+$/.test(attempts) || (active && attempts === '0')) found('attempt is wrong', id, attempts);
  const score = snapshot.places.prioritized.get(id) ?? snapshot.marks.limited.get(id);
  if (score !== undefined && Math.floor(score / PRIORITY_SCALE) !== Number(job.priority)) {
    found('priority is wrong', id, `${job.priority}`);
  }

  const [place, second] = places;
  if (place === undefined) {
    found('job in no place', id);
    if (snapshot.timers.has(id)) found('timer without need', id);
  } else if (second !== undefined) found('job in two places', id, places.join(', '));
  else checkTimer(snapshot, id, place, job, found);
}

function checkMarks({ marks, places }: QueueSnapshot, found: Found): void {
  for (const id of marks.retryable.keys()) if (!places.delayed.has(id)) found('retryable but not delayed', id);
  for (const id of marks.limited.keys()) {
    if (!places.delayed.has(id)) found('limited but not delayed', id);
    if (marks.retryable.has(id)) found('limited and retryable', id);
  }
  for (const id of marks.cancelled.keys()) if (!places.failed.has(id)) found('cancelled but not failed', id);
  for (const id of marks.dead.keys()) {
    if (!places.failed.has(id)) found('dead letter but not failed', id);
    if (marks.cancelled.has(id)) found('dead letter and cancelled', id);
  }
}

/** Every rule that concerns the jobs of one queue. Pure. */
export function checkQueue(snapshot: QueueSnapshot): Finding[] {
  const { tenant, queue, jobs, active } = snapshot;
  const findings: Finding[] = [];
  const found: Found = (rule, job, detail) =>
    findings.push({
      rule,
      tenant,
      queue,
      ...(job === undefined ? {} : { job }),
      ...(detail === undefined ? {} : { detail }),
    });
  const places = placesOf(snapshot);
  for (const [id, job] of jobs) checkJob(snapshot, id, job, places.get(id) ?? [], found);
  for (const [id, where] of places) {
    if (!jobs.has(id)) found('place names a job that does not exist', id, where.join(', '));
  }
  const once = new Set<string>();
  for (const id of active) {
    if (once.has(id)) found('job twice active', id);
    once.add(id);
  }
  checkMarks(snapshot, found);
  return findings;
}

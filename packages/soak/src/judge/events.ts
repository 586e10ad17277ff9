import type { StreamedEvent } from '@ojs/client';
import { LIMITS, NARROW } from '../jobs.ts';
import { type Finding, grouped, type Judge } from './finding.ts';

/** An event that tells of a job or a queue. */
interface Told {
  readonly type: string;
  readonly id: string;
  readonly subject: string;
  readonly queue: string;
  readonly attempt: unknown;
}

function toldOf(event: StreamedEvent): Told | undefined {
  if (!('subject' in event) || event.subject === undefined) return undefined;
  const { type, id, subject, data } = event;
  return { type, id, subject, queue: String(data.queue ?? ''), attempt: data.attempt };
}

const ENDS: Readonly<Record<string, string>> = {
  'job.completed': 'completed',
  'job.cancelled': 'cancelled',
  'job.discarded': 'discarded',
  'job.expired': 'discarded',
};
/** After these a job has no worker. */
const LEAVES: ReadonlySet<string> = new Set([...Object.keys(ENDS), 'job.retrying', 'job.enqueued', 'job.scheduled']);

/** Events come in the order of the log, which is that of the scripts: what they tell is what the leases were. */
class Replay {
  readonly #active = new Map<string, { readonly queue: string; readonly key: string | undefined }>();
  readonly #paused = new Set<string>();
  /** By uniqueness key, the job that has not ended. */
  readonly #open = new Map<string, Set<string>>();
  readonly #lives = new Map<string, number>();
  readonly #started = new Set<string>();
  readonly #uniqueKeys: ReadonlyMap<string, string>;
  readonly #limitKeys: ReadonlyMap<string, string>;

  constructor(uniqueKeys: ReadonlyMap<string, string>, limitKeys: ReadonlyMap<string, string>) {
    this.#uniqueKeys = uniqueKeys;
    this.#limitKeys = limitKeys;
  }

  *hear(told: Told): Iterable<Finding> {
    const { type, subject } = told;
    if (LEAVES.has(type)) this.#active.delete(subject);
    if (type === 'queue.paused') this.#paused.add(subject);
    if (type === 'queue.resumed') this.#paused.delete(subject);
    if (type === 'dead_letter.retried') this.#lives.set(subject, (this.#lives.get(subject) ?? 0) + 1);
    if (type === 'job.started') yield* this.#start(told);
    const key = this.#uniqueKeys.get(subject);
    if (key !== undefined) yield* this.#unique(key, told);
  }

  *#start({ subject, queue, attempt, id }: Told): Iterable<Finding> {
    const name = `${subject}, life ${this.#lives.get(subject) ?? 0}, attempt ${attempt}`;
    if (this.#started.has(name)) yield { kind: 'doubled', what: `job ${name} was started twice (${id})` };
    this.#started.add(name);
    if (this.#paused.has(queue)) yield { kind: 'wrong', what: `job ${name} was started in ${queue}, which was paused` };
    if (this.#active.has(subject))
      yield { kind: 'doubled', what: `job ${name} was started while it was active (${id})` };
    const key = this.#limitKeys.get(subject);
    this.#active.set(subject, { queue, key });
    const active = [...this.#active.values()];
    if (key !== undefined && active.filter((each) => each.key === key).length > (LIMITS[key] ?? 0))
      yield { kind: 'wrong', what: `more jobs of ${key} were active than may be, at ${id}` };
    if (queue === 'narrow' && active.filter((each) => each.queue === queue).length > NARROW)
      yield { kind: 'wrong', what: `more jobs of ${queue} were active than may be, at ${id}` };
  }

  *#unique(key: string, { type, subject, id }: Told): Iterable<Finding> {
    const open = this.#open.get(key) ?? new Set();
    this.#open.set(key, open);
    if (type in ENDS) open.delete(subject);
    else if (type === 'job.enqueued' || type === 'job.scheduled') open.add(subject);
    if (open.size > 1) yield { kind: 'doubled', what: `unique jobs ${[...open].join(' and ')} of ${key} at ${id}` };
  }
}

/** Limits, pauses and uniqueness held at every moment; each end was heard, and each event once. */
export const judgeEvents: Judge = function* ({ ledger, jobs }): Iterable<Finding> {
  const events = ledger.events.map(toldOf).filter((told) => told !== undefined);
  const replay = new Replay(ledger.uniqueKeys, ledger.limitKeys);
  for (const told of events) yield* replay.hear(told);
  for (const event of ledger.events)
    if (event.type === 'system.gap') yield { kind: 'unheard', what: `events until ${event.data.gap_end}` };
  for (const [id, times] of grouped(events, ({ id }) => id))
    if (times.length > 1) yield { kind: 'doubled', what: `event ${id} was heard ${times.length} times` };
  const ends = grouped(
    events.filter(({ type }) => type in ENDS),
    ({ subject }) => subject,
  );
  for (const [id, job] of jobs) {
    const heard = ends.get(id)?.filter(({ type }) => ENDS[type] === job?.state).length ?? 0;
    if (job && heard === 0) yield { kind: 'unheard', what: `that job ${id} is ${job.state}` };
    if (job?.state === 'completed' && heard > 1)
      yield { kind: 'doubled', what: `job ${id} was completed ${heard} times` };
  }
};

/** What a webhook tells of, it told at least once. */
export const judgeDeliveries: Judge = function* ({ ledger }): Iterable<Finding> {
  for (const event of ledger.events) {
    const told = toldOf(event);
    if (told?.type === 'job.completed' && told.queue === 'hooked' && !ledger.deliveries.has(told.id))
      yield { kind: 'unheard', what: `event ${told.id} was not delivered` };
  }
};

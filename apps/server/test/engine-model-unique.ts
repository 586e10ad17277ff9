import type { ConflictStrategy, JobState } from '@ojs/schema';
import { type Model, ModelRefusal, type NewModelJob } from './engine-model.ts';

export interface ModelPolicy {
  readonly key: number;
  readonly states: readonly JobState[];
  readonly strategy: ConflictStrategy;
}
export type NewUniqueJob = NewModelJob & { readonly unique?: ModelPolicy | undefined };

/** What the caller may do with jobs of a queue that are in the way. */
export type Right = 'all' | 'own' | 'blind' | 'see' | 'none';

interface Holder {
  readonly id: string;
  readonly queue: string;
  readonly by: string;
  state: JobState;
}

const ENDED: readonly JobState[] = ['completed', 'cancelled', 'discarded'];
const REMEMBERED = 8;

/** Of the jobs that ended the newest in each state, of the others the newest eight. */
function remembered(holders: readonly Holder[]): Holder[] {
  const seen = new Set<JobState>();
  let open = 0;
  return holders
    .toReversed()
    .filter(({ state }) => {
      if (!ENDED.includes(state)) return ++open <= REMEMBERED;
      const isNew = !seen.has(state);
      seen.add(state);
      return isNew;
    })
    .toReversed();
}

/** Who sent which unique jobs of one tenant; the rules of ojs-unique-jobs, said as plainly as possible. */
export class ModelUnique {
  readonly #jobs = new Map<string, { key: number; by: string; queue: string; born: number }>();
  readonly #holders = new Map<number, string[]>();
  #born = 0;

  /** A job is no more. */
  removed(id: string): void {
    const job = this.#jobs.get(id);
    if (!job) return;
    this.#jobs.delete(id);
    this.#holders.set(
      job.key,
      this.#ids(job.key).filter((each) => each !== id),
    );
  }

  /** A job that had ended starts anew. */
  restarted(id: string): void {
    const job = this.#jobs.get(id);
    if (!job || this.#ids(job.key).includes(id)) return;
    const ids = [...this.#ids(job.key), id].sort((a, b) => this.#jobs.get(a)!.born - this.#jobs.get(b)!.born);
    this.#holders.set(job.key, ids.slice(-12));
  }

  #ids(key: number): readonly string[] {
    return this.#holders.get(key) ?? [];
  }

  #load(model: Model, key: number): Holder[] {
    return this.#ids(key).map((id) => {
      const { by, queue } = this.#jobs.get(id)!;
      return { id, queue, by, state: model.jobs.get(id)!.state };
    });
  }

  /** All or none. @returns the id of the job that each is answered with */
  push(model: Model, batch: readonly NewUniqueJob[], by: string, rightIn: (queue: string) => Right): string[] {
    const ids = new Set(model.jobs.keys());
    for (const { id } of batch) {
      if (ids.has(id)) throw new ModelRefusal('JobExists');
      ids.add(id);
    }
    // Whoever sends a job to a queue may enqueue there.
    const own = new Set(batch.flatMap(({ queue, unique }) => (unique ? [queue] : [])));
    const right = (queue: string): Right => {
      const told = rightIn(queue);
      if (!own.has(queue) || told === 'all' || told === 'own') return told;
      return told === 'see' ? 'own' : 'blind';
    };
    const lists = new Map<number, Holder[]>();
    const plan = batch.map((job) => {
      const { unique } = job;
      if (!unique) return { job, answer: job.id, cancels: [] as string[] };
      const list = lists.get(unique.key) ?? this.#load(model, unique.key);
      const { kind, keeps, found, existing } = judge(job, unique, list, by, right);
      if (existing) return { job: undefined, answer: existing, cancels: [] };
      list.push({ id: job.id, queue: job.queue, by, state: kind });
      lists.set(unique.key, remembered(list.slice(0, -1)).concat(list.slice(-1)));
      return { job: { ...job, kind, later: job.later || keeps }, answer: job.id, cancels: found };
    });
    for (const { job, cancels } of plan) {
      for (const id of cancels) model.cancel(id);
      if (!job) continue;
      const { unique, ...plain } = job;
      model.push([plain]);
      if (unique) this.#jobs.set(job.id, { key: unique.key, by, queue: job.queue, born: this.#born++ });
    }
    for (const [key, list] of lists)
      this.#holders.set(
        key,
        list.map(({ id }) => id),
      );
    return plan.map(({ answer }) => answer);
  }
}

function judge(
  { kind }: NewUniqueJob,
  { states, strategy }: ModelPolicy,
  list: readonly Holder[],
  by: string,
  right: (queue: string) => Right,
): { kind: NewUniqueJob['kind']; keeps: boolean; found: string[]; existing?: string } {
  const found = list.filter((old) => states.includes(old.state) && right(old.queue) !== 'none').toReversed();
  if (found[0] && strategy === 'ignore' && right(found[0].queue) !== 'blind')
    return { kind, keeps: false, found: [], existing: found[0].id };
  for (const old of found) {
    if (strategy === 'reject' || strategy === 'ignore' || ENDED.includes(old.state))
      throw new ModelRefusal('DuplicateJob');
    const mayReplace = right(old.queue) === 'all' || (right(old.queue) !== 'see' && old.by === by);
    if (!mayReplace) throw new ModelRefusal('ReplaceForbidden');
  }
  const keeps = strategy === 'replace_except_schedule' && found.some(({ state }) => state === 'scheduled');
  for (const old of found) old.state = 'cancelled';
  return { kind: keeps && kind === 'available' ? 'scheduled' : kind, keeps, found: found.map(({ id }) => id) };
}

import { BULK_ATOMIC_JOBS, BULK_JOBS, type BulkAnswer, type Permission } from '@ojs/schema';
import { errorBody } from '../connection/error-body.ts';
import { type Refusal, refuse } from '../connection/refusal.ts';
import type { BulkMove, Selected, Slice } from '../engine/bulk/selection.ts';
import type { Ask } from './ask.ts';
import { decideAndServe } from './decide-anew.ts';
import { invalid } from './issues.ts';
import { permitJob } from './permit.ts';
import { asRefusal } from './refusals.ts';
import type { Answer } from './route.ts';

/** Jobs that one request with a filter looks at. */
const LOOKED_AT = 20_000;
/** After so many milliseconds a request goes no further; the caller goes on with its cursor. */
const LONG_MS = 10_000;

export type Action = BulkAnswer['action'];
const DONE = { cancel: 'cancelled', retry: 'retried', delete: 'deleted' } as const;

/** What is done to the jobs, and what it takes. */
export interface Deed {
  readonly action: Action;
  readonly move: BulkMove;
  /** On the queue of each job, beside `inspect`. */
  readonly permission: Permission;
  /** The type of the audit record. */
  readonly told: string;
}

type Item = BulkAnswer['items'][number];

/** What became of the jobs so far. */
class Tally {
  readonly items: Item[] = [];
  readonly #deed: Deed;
  readonly #dry: boolean;
  constructor(deed: Deed, dry: boolean) {
    this.#deed = deed;
    this.#dry = dry;
  }

  add(job_id: string, refusal?: Refusal): void {
    const index = this.items.length;
    if (refusal === undefined) {
      this.items.push({ index, job_id, status: this.#dry ? 'matched' : DONE[this.#deed.action] });
    } else {
      const { code, message } = refusal;
      this.items.push({ index, job_id, status: 'skipped', reason: message, error: { code, message } });
    }
  }

  get skipped(): number {
    return this.items.filter(({ status }) => status === 'skipped').length;
  }

  body(next?: string): BulkAnswer {
    const { items, skipped } = this;
    const done = this.#dry ? 0 : items.length - skipped;
    return {
      action: this.#deed.action,
      dry_run: this.#dry,
      total_matched: items.length,
      matched: items.length,
      [DONE[this.#deed.action]]: done,
      succeeded: done,
      skipped,
      failed: skipped,
      items,
      errors: items.flatMap(({ job_id, reason }) => (reason === undefined ? [] : [{ job_id, error: reason }])),
      has_more: next !== undefined,
      ...(next !== undefined && { next_cursor: next }),
    };
  }
}

/** The audit log hears what was done also where the request then failed. */
async function recorded<T>(ask: Ask, deed: Deed, tally: Tally, detail: object, run: () => Promise<T>): Promise<T> {
  let outcome: 'success' | 'failure' = 'failure';
  try {
    const result = await run();
    outcome = 'success';
    return result;
  } finally {
    const { total_matched, succeeded, skipped, dry_run } = tally.body();
    ask.record(deed.told, outcome, { ...detail, matched: total_matched, succeeded, skipped, dry_run });
  }
}

/** Moves some jobs, if the caller still may: access is decided anew where it has changed since. */
async function moveSome(ask: Ask, deed: Deed, tally: Tally, jobs: readonly Selected[], dry: boolean): Promise<void> {
  const may = ({ id: job, queue }: Selected): boolean =>
    ask.may('inspect', queue, { job }) && ask.may(deed.permission, queue, { job });
  const moved = await decideAndServe(ask, async () => {
    const allowed = jobs.filter(may);
    const how = dry ? 'look' : 'each';
    const refused = await ask.services.engine.bulk.move(ask.tenant, ask.caller, deed.move, allowed, how);
    return allowed.map(({ id }, i) => ({ id, refusal: refused[i] }));
  });
  for (const { id, refusal } of moved) tally.add(id, refusal && asRefusal(refusal));
}

/**
 * Does the deed to all jobs that were selected, up to a number of them, of looks and of seconds; `next_cursor` is where it
 * goes on. Jobs of queues on which the caller lacks a permission are as if they were not there.
 */
export async function moveSelected(
  ask: Ask,
  deed: Deed,
  selection: AsyncIterable<Slice>,
  dry: boolean,
  detail: object,
): Promise<Answer> {
  const tally = new Tally(deed, dry);
  let looked = 0;
  let next: string | undefined;
  await recorded(ask, deed, tally, detail, async () => {
    for await (const slice of selection) {
      looked += slice.looked;
      next = slice.next;
      for (let i = 0; i < slice.found.length; i += BULK_ATOMIC_JOBS) {
        await moveSome(ask, deed, tally, slice.found.slice(i, i + BULK_ATOMIC_JOBS), dry);
      }
      const enough = tally.items.length >= BULK_JOBS || looked >= LOOKED_AT;
      if (enough || Date.now() - ask.startedAt >= LONG_MS || ask.gone.aborted) break;
    }
  });
  return { body: tally.body(next), status: tally.skipped > 0 ? 207 : 200 };
}

/** The queue of each job, or why the caller may not do it. */
async function permitted(ask: Ask, deed: Deed, ids: readonly string[]): Promise<(Selected | Refusal)[]> {
  const asked = ids.map((id) => permitJob(ask, id, deed.permission).then((queue) => ({ id, queue }), asRefusal));
  return Promise.all(asked);
}

const isRefusal = (job: Selected | Refusal): job is Refusal => 'code' in job;

/** Does the deed to the jobs that are named, in their order. */
export async function moveNamed(
  ask: Ask,
  deed: Deed,
  ids: readonly string[],
  { dry, whole }: { dry: boolean; whole: boolean },
): Promise<Answer> {
  if (ids.length > BULK_JOBS) throw tooMany(ids.length);
  if (whole && ids.length > BULK_ATOMIC_JOBS) {
    throw invalid('job_ids', 'max', `must not have more than ${BULK_ATOMIC_JOBS} jobs with atomicity atomic`, {
      status: 422,
    });
  }
  const tally = new Tally(deed, dry);
  await recorded(ask, deed, tally, { jobs: ids.length, job_ids: ids.slice(0, 20) }, async () => {
    for (let i = 0; i < ids.length; i += BULK_ATOMIC_JOBS) {
      const some = ids.slice(i, i + BULK_ATOMIC_JOBS);
      const refusals = await decideAndServe(ask, () => moveIds(ask, deed, some, { dry, whole }));
      some.forEach((id, n) => {
        tally.add(id, refusals[n]);
      });
    }
  });
  const { skipped } = tally;
  if (skipped === ids.length) return allRefused(ask, tally);
  return { body: tally.body(), status: skipped > 0 ? 207 : 200 };
}

/** Of each job why it was not moved, or undefined. */
async function moveIds(
  ask: Ask,
  deed: Deed,
  ids: readonly string[],
  { dry, whole }: { dry: boolean; whole: boolean },
): Promise<(Refusal | undefined)[]> {
  const jobs = await permitted(ask, deed, ids);
  const open = jobs.filter((job): job is Selected => !isRefusal(job));
  const how = dry || (whole && open.length < jobs.length) ? 'look' : whole ? 'whole' : 'each';
  const moved = await ask.services.engine.bulk.move(ask.tenant, ask.caller, deed.move, open, how);
  const refusals = jobs.map((job) => {
    if (isRefusal(job)) return job;
    const refusal = moved[open.indexOf(job)];
    return refusal && asRefusal(refusal);
  });
  const nothing = whole && refusals.some((refusal) => refusal !== undefined);
  return nothing ? refusals.map((refusal) => refusal ?? untouched()) : refusals;
}

const untouched = (): Refusal =>
  refuse('conflict', 'Nothing was done, because another job of the request was refused.');

function tooMany(count: number): Refusal {
  return refuse('batch_size_exceeded', `job_ids: must not have more than ${BULK_JOBS} jobs.`, {
    hint: 'Send them in several requests.',
    details: { field: 'job_ids', rule: 'max', max_batch_size: BULK_JOBS, count },
    headers: { 'X-OJS-Max-Batch-Size': String(BULK_JOBS) },
  });
}

/** 422 where nothing could be done (ojs-bulk-operations §11.2): an error, and what became of each. */
function allRefused(ask: Ask, tally: Tally): Answer {
  const body = tally.body();
  const refusal = refuse('conflict', 'Nothing could be done to any of the jobs.', {
    status: 422,
    hint: 'Read the reason of each item.',
    // Clients make an error of it, and keep only what is inside.
    details: { field: 'job_ids', rule: 'state', errors: body.errors },
  });
  return { body: { ...errorBody(refusal, ask.request.id), ...body }, status: 422 };
}

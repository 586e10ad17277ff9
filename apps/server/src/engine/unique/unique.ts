import { effectiveUnique, type JobState } from '@ojs/schema';
import type { Caller, NewJob } from '../engine.ts';
import { BackendUnavailable, DuplicateJob, ReplaceForbidden, TooManyReplaced } from '../errors.ts';
import type { Outcome } from '../outcomes.ts';
import type { Argument } from '../scripts.ts';
import { uniquenessKey } from './key.ts';

/** The script meets jobs in further queues when others enqueue meanwhile: a few times, not for ever. */
const ROUNDS = 8;

/** What `takeUnique` of unique.lua takes. */
export function uniqueArgument(job: NewJob): string {
  if (!job.unique) return '';
  const { onConflict, periodMs, states, ...counted } = effectiveUnique(job.unique);
  return `${uniquenessKey(job, counted)} ${onConflict} ${periodMs ?? ''} ,${states.join(',')},`;
}

/**
 * What the caller may do with a job that stands in the way of one of its own. A queue where it may neither look nor enqueue
 * does not exist for it: otherwise a conflict would tell of that queue's jobs, and a job there could block the caller's.
 */
function rightIn({ may }: Caller, queue: string, own: boolean): 'all' | 'own' | 'blind' | 'see' | 'none' {
  const inspects = may?.('inspect', queue) ?? false;
  if (inspects && may?.('cancel', queue)) return 'all';
  if (own || may?.('enqueue', queue)) return inspects ? 'own' : 'blind';
  return inspects ? 'see' : 'none';
}

/** What `takeRights` of unique.lua takes. */
export function rightsArguments(caller: Caller, own: ReadonlySet<string>, others: ReadonlySet<string>): Argument[] {
  const queues = new Set([...own, ...others]);
  const rights = [...queues].flatMap((queue) => [queue, rightIn(caller, queue, own.has(queue))]);
  return [caller.principal, queues.size, ...rights];
}

/**
 * Runs a script that adds jobs (unique.lua) until it knows what the caller may do in every queue where a job stands in the
 * way: what it decides, it decides on what is there at that moment.
 *
 * @param jobs the caller may enqueue them.
 * @param run runs the script with the arguments for `takeRights`.
 * @throws {DuplicateJob} {@link ReplaceForbidden} {@link TooManyReplaced} {@link BackendUnavailable} when the queues keep changing
 */
export async function judged(
  caller: Caller,
  jobs: readonly NewJob[],
  run: (rights: readonly Argument[]) => Promise<Outcome>,
): Promise<Outcome> {
  const own = new Set(jobs.filter(({ unique }) => unique).map(({ queue }) => queue));
  const others = new Set<string>();
  for (let round = 0; round < ROUNDS; round++) {
    const outcome = await run(rightsArguments(caller, own, others));
    const [status, ...rest] = outcome;
    if (status === 'duplicate') throw duplicate(caller, rest.map(String));
    if (status === 'forbidden') throw new ReplaceForbidden(Number(rest[0]), String(rest[1]));
    if (status === 'replaces') throw new TooManyReplaced(Number(rest[0]), Number(rest[1]));
    if (status !== 'ask') return outcome;
    for (const queue of rest) others.add(String(queue));
  }
  throw new BackendUnavailable(new Error('jobs in the way keep coming'));
}

function duplicate({ may }: Caller, [index, id, queue, state, key]: string[]): DuplicateJob {
  const existing = may?.('inspect', queue!) ? { id: id!, state: state as JobState } : undefined;
  return new DuplicateJob(Number(index), key!, existing);
}

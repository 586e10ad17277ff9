import type { JobState } from '@ojs/schema';
import { uuidV7 } from '../../uuid.ts';
import type { EngineContext } from '../context.ts';
import { newlyPushed } from '../job-record.ts';
import type { Outcome } from '../outcomes.ts';
import { rightsOnce } from '../rights.ts';
import type { Cron } from './crons.ts';
import { decide, type Firing, firingArguments } from './firing.ts';
import { type CronReader, timeOf } from './reader.ts';
import { type Schedule, scheduleOf } from './schedule.ts';

/** Firings that one script does, so that ten thousand at the same minute let others in between. */
const PER_CALL = 50;
/** How often what was refused, for access that changed or queues that came into play meanwhile, is decided anew; then its timer comes again. */
export const ROUNDS = 5;

/** An entry did not fire, because its owner may not enqueue there any more. */
export type OnRefused = (tenant: string, cron: Cron) => void;

/** Runs firings, each with an outcome of its own, and tells of the jobs that came of them. */
export async function runFirings(
  { run, spaces, observer }: EngineContext,
  tenant: string,
  firings: readonly Firing[],
): Promise<Outcome[]> {
  const began = performance.now();
  const args: (string | number)[] = [firings.length];
  for (const firing of firings) for (const argument of firingArguments(firing)) args.push(argument);
  const outcomes = (await run('cron-fire', spaces.of(tenant), args)) as Outcome[];
  const added = firings.flatMap(({ job, caller }, i) => {
    const [status, now, what, , state] = outcomes[i] ?? [''];
    if (status !== 'ok' || what !== 't' || job === undefined) return [];
    return [newlyPushed(job, caller.principal, state as JobState, Number(now))];
  });
  observer.enqueued(tenant, added, performance.now() - began);
  return outcomes;
}

/** The queues that a firing has to know its rights in as well, besides those that it knew. */
export const queuesAsked = ({ others }: Firing, [, ...queues]: Outcome): ReadonlySet<string> =>
  new Set([...others, ...queues.map(String)]);

/** Names of entries to decide on, and the further queues that their unique jobs met. */
type Due = ReadonlyMap<string, ReadonlySet<string>>;
const NONE: ReadonlySet<string> = new Set();

/** Undefined where this server does not know the time zone, which another did: that one fires it, and this one the others. */
function scheduleIn({ expression, timezone }: Cron): Schedule | undefined {
  try {
    return scheduleOf(expression, timezone);
  } catch {
    return undefined;
  }
}

/** Fires the entries that are due: decides with their owners' rights of now; the script applies only what is still so. */
export function createCronChore(context: EngineContext, readCrons: CronReader, onRefused: OnRefused) {
  const { run, spaces, rightsOf } = context;

  async function decideAll(tenant: string, due: Due): Promise<Firing[]> {
    const names = [...due.keys()];
    const [crons, now] = await Promise.all([readCrons(tenant, names), timeOf(context, tenant)]);
    const rights = await Promise.all(crons.map(rightsOnce(rightsOf, tenant)));
    const firings = crons.flatMap((cron, i) => {
      const { epoch, may } = rights[i]!;
      const known = { now, id: uuidV7(now), epoch, may, others: due.get(cron.name) ?? NONE };
      const schedule = scheduleIn(cron);
      return (schedule && decide(cron, schedule, known)) ?? [];
    });
    const firing = new Set(firings.map(({ cron }) => cron.name));
    const others = names.filter((name) => !firing.has(name));
    if (others.length > 0) await run('cron-retime', spaces.of(tenant), others);
    return firings;
  }

  /** @returns what is to be decided anew */
  async function fire(tenant: string, firings: readonly Firing[]): Promise<Due> {
    const outcomes = await runFirings(context, tenant, firings);
    const again = new Map<string, ReadonlySet<string>>();
    firings.forEach((firing, i) => {
      const { cron, job, others } = firing;
      const outcome = outcomes[i] ?? [''];
      if (outcome[0] === 'ok' && job === undefined) onRefused(tenant, cron);
      if (outcome[0] === 'ask') again.set(cron.name, queuesAsked(firing, outcome));
      if (outcome[0] === 'stale') again.set(cron.name, others);
    });
    return again;
  }

  return async (tenant: string, names: readonly string[]): Promise<void> => {
    let due: Due = new Map(names.map((name) => [name, NONE]));
    for (let round = 0; round < ROUNDS && due.size > 0; round++) {
      const firings = await decideAll(tenant, due);
      const again = new Map<string, ReadonlySet<string>>();
      for (let i = 0; i < firings.length; i += PER_CALL) {
        for (const [name, others] of await fire(tenant, firings.slice(i, i + PER_CALL))) again.set(name, others);
      }
      due = again;
    }
  };
}

import { StaleAccess } from '../engine/errors.ts';
import type { Ask } from './ask.ts';
import { decideAndServe } from './decide-anew.ts';

/**
 * Does something to many things that are independent: what was done stays done, and only what became stale is decided anew.
 *
 * @param one permits and does it to one; rejects with why not.
 * @param refused what that one is answered with.
 * @returns of each what it is answered with, in the order of the things
 * @throws what keeps all of them from being decided at all
 */
export async function doEach<Thing, Result>(
  ask: Ask,
  things: readonly Thing[],
  one: (thing: Thing, place: number) => Promise<Result>,
  refused: (thing: Thing, place: number, reason: unknown) => Result,
): Promise<Result[]> {
  const results: Result[] = [];
  let open = [...things.entries()];
  const serve = async (): Promise<void> => {
    const outcomes = await Promise.allSettled(open.map(([place, thing]) => one(thing, place)));
    const served = open;
    open = [];
    let stale: StaleAccess | undefined;
    for (const [i, [place, thing]] of served.entries()) {
      const outcome = outcomes[i] as PromiseSettledResult<Result>;
      if (outcome.status === 'fulfilled') results[place] = outcome.value;
      else if (!(outcome.reason instanceof StaleAccess)) results[place] = refused(thing, place, outcome.reason);
      else {
        stale = outcome.reason;
        open.push([place, thing]);
      }
    }
    if (stale !== undefined) throw stale;
  };
  try {
    await decideAndServe(ask, serve);
  } catch (error) {
    // Of nothing that was done may the caller hear that nothing was changed.
    if (open.length === things.length) throw error;
    for (const [place, thing] of open) results[place] = refused(thing, place, error);
  }
  return results;
}

import type { EngineObserver } from './observer.ts';
import type { Reply } from './scripts.ts';

/** @param lapsed queue and type of each job that expired in a script, one after the other. */
export function tellExpired(observer: Required<EngineObserver>, tenant: string, lapsed: readonly Reply[]): void {
  for (let i = 0; i < lapsed.length; i += 2) observer.expired(tenant, String(lapsed[i]), String(lapsed[i + 1]));
}

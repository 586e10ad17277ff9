import type { EngineContext } from './context.ts';
import { tellExpired } from './expired.ts';
import type { EndedLease } from './settle/ended-lease.ts';

/** Jobs per script call, so that a hundred thousand that become due at once let others in between. */
const AT_ONCE = 100;
const TICK_MS = 25;
/** However little this process knows of a tenant, it looks this often: another process may have died. */
const AT_LEAST_MS = 900;

export interface Sweeper {
  /** Does at once all that is due in the tenant. */
  sweep(tenant: string): Promise<void>;
  start(): void;
  stop(): Promise<void>;
}

/**
 * What the server itself has to do, by the kind of its timers (`kind/name`). Decides outside of Redis and applies the decision
 * with a script that removes the timer or moves it; what fails, or dies on the way, is due again after a second. So several
 * processes, or two rounds of one, may be told the same: the script must find out.
 */
export type Chores = Readonly<Record<string, (tenant: string, names: readonly string[]) => Promise<void>>>;

/**
 * Promotes what is due, ends leases, removes what is no longer kept: by an index per tenant, never by scanning. Every
 * process sweeps; the scripts make it harmless that several do.
 */
export function createSweeper(
  context: EngineContext,
  expire: (tenant: string, leases: readonly EndedLease[]) => Promise<void>,
  chores: Chores,
  onError: (error: unknown) => void,
): Sweeper {
  const { client, run, spaces, due, observer } = context;
  const busy = new Set<Promise<void>>();
  const sweeping = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let refreshAt = 0;

  async function sweep(tenant: string): Promise<void> {
    for (;;) {
      const [wait, ended, todo, lapsed] = (await run('sweep', spaces.of(tenant), [AT_ONCE])) as [
        string,
        EndedLease[],
        string[],
        string[],
      ];
      tellExpired(observer, tenant, lapsed);
      if (ended.length > 0) await expire(tenant, ended);
      if (todo.length > 0) await doChores(tenant, todo);
      const dueIn = wait === '' ? AT_LEAST_MS : Number(wait);
      // After ends of leases and chores `wait` is out of date: retries were planned, and others may have pushed meanwhile.
      if ((ended.length === 0 && todo.length === 0 && dueIn > 0) || stopped) {
        due.looked(tenant, Date.now() + Math.min(dueIn, AT_LEAST_MS));
        return;
      }
    }
  }

  /** What fails is tried again when its timer is due again; it keeps nothing else from being done. */
  async function doChores(tenant: string, todo: readonly string[]): Promise<void> {
    const byKind = new Map<string, string[]>();
    for (const each of todo) {
      const slash = each.indexOf('/');
      const kind = each.slice(0, slash);
      const names = byKind.get(kind) ?? [];
      byKind.set(kind, names);
      names.push(each.slice(slash + 1));
    }
    const results = await Promise.allSettled([...byKind].map(([kind, names]) => chores[kind]?.(tenant, names)));
    for (const result of results) if (result.status === 'rejected') onError(result.reason);
  }

  function track(work: Promise<void>): void {
    const tracked = work.catch(onError).finally(() => busy.delete(tracked));
    busy.add(tracked);
  }

  function tick(): void {
    const now = Date.now();
    if (now >= refreshAt) {
      refreshAt = now + AT_LEAST_MS;
      track(spaces.refresh(client));
    }
    for (const tenant of spaces.tenants) {
      if (due.at(tenant) > now || sweeping.has(tenant)) continue;
      due.looked(tenant, now + AT_LEAST_MS);
      sweeping.add(tenant);
      track(sweep(tenant).finally(() => sweeping.delete(tenant)));
    }
  }

  let hurrying = false;
  function hurry(): void {
    if (hurrying || timer === undefined) return;
    hurrying = true;
    setImmediate(() => {
      hurrying = false;
      if (timer !== undefined) tick();
    });
  }

  return {
    sweep,
    start() {
      timer ??= setInterval(tick, TICK_MS);
      due.onHurry(hurry);
    },
    async stop() {
      stopped = true;
      clearInterval(timer);
      timer = undefined;
      await Promise.all(busy);
    },
  };
}

import type { EngineContext } from './context.ts';
import type { EndedLease } from './settle.ts';

/** Jobs per script call, so that a hundred thousand that become due at once let others in between. */
const AT_ONCE = 100;
const TICK_MS = 25;
/** However little this process knows of a tenant, it looks this often: another process may have died. */
const AT_LEAST_MS = 900;

export interface Sweeper {
  /** Something of the tenant becomes due at this moment (ms since the epoch, by this process's clock). */
  expect(tenant: string, at: number): void;
  start(): void;
  stop(): Promise<void>;
}

/**
 * Promotes what is due, ends leases, removes what is no longer kept: by an index per tenant, never by scanning. Every
 * process sweeps; the scripts make it harmless that several do.
 */
export function createSweeper(
  context: EngineContext,
  expire: (tenant: string, leases: readonly EndedLease[]) => Promise<void>,
  onError: (error: unknown) => void,
): Sweeper {
  const { client, run, spaces } = context;
  const next = new Map<string, number>();
  const busy = new Set<Promise<void>>();
  const sweeping = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let refreshAt = 0;

  async function sweep(tenant: string): Promise<void> {
    for (;;) {
      const [wait, ended] = (await run('sweep', spaces.of(tenant), [AT_ONCE])) as [string, EndedLease[]];
      if (ended.length > 0) await expire(tenant, ended);
      const dueIn = wait === '' ? AT_LEAST_MS : Number(wait);
      // After ends of leases `wait` is out of date: retries were planned, and others may have pushed meanwhile.
      if ((ended.length === 0 && dueIn > 0) || timer === undefined) {
        next.set(tenant, Date.now() + Math.min(dueIn, AT_LEAST_MS));
        return;
      }
    }
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
      if ((next.get(tenant) ?? 0) > now || sweeping.has(tenant)) continue;
      next.set(tenant, now + AT_LEAST_MS);
      sweeping.add(tenant);
      track(sweep(tenant).finally(() => sweeping.delete(tenant)));
    }
  }

  return {
    expect(tenant, at) {
      // A tenant that was never swept is due at once: others may have left something there.
      if (at < (next.get(tenant) ?? 0)) next.set(tenant, at);
    },
    start() {
      timer ??= setInterval(tick, TICK_MS);
    },
    async stop() {
      clearInterval(timer);
      timer = undefined;
      await Promise.all(busy);
    },
  };
}

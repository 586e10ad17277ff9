import { setTimeout as sleep } from 'node:timers/promises';
import type { CronFiring, Producer, Schedule } from '@ojs/producer-sdk';
import { tick, type Wish } from './jobs.ts';
import type { Ledger } from './ledger.ts';
import { patiently } from './patience.ts';

const EVERY_SECOND = '* * * * * *';
/** Entries that fire every second, one for each way to deal with a firing that is not finished at the next. */
const ENTRIES: Readonly<Record<string, { readonly overlap: NonNullable<Schedule['overlap']>; readonly wish: Wish }>> = {
  allowing: { overlap: 'allow', wish: { mark: 'cron' } },
  skipping: { overlap: 'skip', wish: { mark: 'cron', takesMs: 1_300 } },
  replacing: { overlap: 'cancel_previous', wish: { mark: 'cron', takesMs: 1_300 } },
  queueing: { overlap: 'enqueue', wish: { mark: 'cron', takesMs: 100 } },
};
/** Fires when somebody triggers it. */
export const BY_HAND = 'by-hand';

/** How often histories are read: they hold the last hundred firings. */
const LOOK_MS = 15_000;

export interface Crons {
  /** Ends the firing, and reads the histories to their end. */
  pause(signal: AbortSignal): Promise<void>;
  delete(): Promise<void>;
}

/** Keeps each firing that was told once, by when it was due. */
function remember(ledger: Ledger, name: string, history: readonly CronFiring[]): void {
  const known = ledger.firings.get(name) ?? new Map<string, CronFiring>();
  for (const firing of history)
    if (firing.trigger === 'schedule') known.set(`${firing.scheduled_at} ${firing.fired_at}`, firing);
  ledger.firings.set(name, known);
}

export async function startCrons({ schedules }: Producer, ledger: Ledger): Promise<Crons> {
  const names = Object.keys(ENTRIES);
  for (const [name, { overlap, wish }] of Object.entries(ENTRIES))
    await schedules.set(name, { cron: EVERY_SECOND, overlap }, tick, wish);
  await schedules.set(BY_HAND, { cron: '@yearly', overlap: 'allow' }, tick, { mark: BY_HAND });
  const end = new AbortController();
  const look = (signal: AbortSignal): Promise<unknown> =>
    Promise.all(
      names.map(async (name) =>
        remember(ledger, name, await patiently(() => schedules.history(name, { signal }), signal)),
      ),
    );
  const looking = (async () => {
    while (!end.signal.aborted) {
      await sleep(LOOK_MS, undefined, { signal: end.signal }).catch(() => undefined);
      await look(end.signal).catch((error: unknown) => {
        if (!end.signal.aborted) ledger.broken.push(`the history of a cron entry: ${String(error)}`);
      });
    }
  })();

  return {
    async pause(signal) {
      end.abort();
      await looking;
      ledger.cronsEnd = Date.now();
      for (const name of names) await patiently(() => schedules.pause(name, { signal }), signal);
      await look(signal);
    },
    async delete() {
      for (const name of [...names, BY_HAND]) await schedules.delete(name);
    },
  };
}

import { setTimeout as sleep } from 'node:timers/promises';
import { createClient, type StreamedEvent } from '@ojs/client';
import { createProducer } from '@ojs/producer-sdk';
import { type Fleet, TENANT } from './fleet.ts';
import type { Ledger } from './ledger.ts';

/** Somebody who listens to all events, and comes back when the server that told them is gone. */
export interface Watch {
  /** Resolves when all that was told until now has been heard. @returns whether it came about in time */
  caughtUp(patienceMs: number): Promise<boolean>;
  stop(): Promise<void>;
}

/** Often, and nothing depends on them. */
const IGNORED: ReadonlySet<string> = new Set(['job.heartbeat', 'job.progress', 'job.checkpointed']);

export async function startWatch({ urls, authority, keys }: Fleet, ledger: Ledger): Promise<Watch> {
  const end = new AbortController();
  const connection = { url: urls[0] ?? '', ca: authority.cert, tenant: TENANT, credential: keys.admin };
  const producer = createProducer(connection);
  const admin = createClient(connection);
  let signals = 0;
  let heard: (event: StreamedEvent) => unknown = () => undefined;
  const listen = async (): Promise<void> => {
    for await (const event of producer.events({ types: ['job.*', 'queue.*', 'dead_letter.*'], signal: end.signal })) {
      if (!IGNORED.has(event.type)) ledger.events.push(event);
      heard(event);
    }
  };
  const listening = listen().catch((error: unknown) => {
    if (!end.signal.aborted) ledger.broken.push(`the stream of events ended: ${String(error)}`);
  });

  /** Creates queues until one is heard of: each is told at once, and nobody else knows it. */
  async function caughtUp(patienceMs: number): Promise<boolean> {
    const names = new Set<string>();
    const isHeard = new Promise<true>((resolve) => {
      heard = (event) => 'subject' in event && names.has(event.subject ?? '') && resolve(true);
    });
    const until = performance.now() + patienceMs;
    while (performance.now() < until) {
      const name = `signal-${signals++}`;
      names.add(name);
      await admin.call('createQueue', { body: { name } }).catch(() => undefined);
      if (await Promise.race([isHeard, sleep(1_000, false)])) return true;
    }
    return false;
  }
  return {
    caughtUp,
    async stop() {
      end.abort();
      await listening;
      await producer.close();
      await admin.close();
    },
  };
}

import { once } from 'node:events';
import { createServer } from 'node:https';
import type { Authority } from '@ojs/dev';
import type { Ledger } from './ledger.ts';
import type { Random } from './random.ts';

/** Whoever receives a webhook's deliveries, and does not always want to. */
export interface Receiver {
  readonly url: string;
  /** From now on it takes what comes. */
  behave(): void;
  close(): Promise<void>;
}

export async function startReceiver(authority: Authority, ledger: Ledger, random: Random): Promise<Receiver> {
  let refuses = 0.1;
  const { cert, key } = await authority.issue({ names: ['127.0.0.1'] });
  const server = createServer({ cert, key }, async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    if (random.chance(refuses)) response.statusCode = 500;
    else count(ledger, body);
    response.end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP listener has a port');
  return {
    url: `https://127.0.0.1:${address.port}/`,
    behave: () => {
      refuses = 0;
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function count({ deliveries }: Ledger, body: string): void {
  const event: unknown = JSON.parse(body);
  if (typeof event !== 'object' || event === null || !('id' in event)) throw new Error('a delivery without an event');
  const id = String(event.id);
  deliveries.set(id, (deliveries.get(id) ?? 0) + 1);
}

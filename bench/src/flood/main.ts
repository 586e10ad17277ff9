// The attacker, a process of its own.
import { Pool } from 'undici';
import { messages } from '../message.ts';
import type { FloodTarget } from './flood.ts';

/** From where it comes: not where the good client is. */
const ADDRESSES = ['127.0.0.2', '127.0.0.3', '127.0.0.4', '127.0.0.5'];
const TICK_MS = 10;

let timer: NodeJS.Timeout | undefined;
let pools: Pool[] = [];
let answers: Record<string, number> = {};

const count = (name: string | number): void => {
  answers[name] = (answers[name] ?? 0) + 1;
};

function begin({ url, ca, credentials, perSecond, path = '/ojs/v1/queues' }: FloodTarget): void {
  answers = {};
  pools = ADDRESSES.map(
    (localAddress) => new Pool(url, { connections: 8, pipelining: 1, connect: { ca, localAddress } as object }),
  );
  const started = performance.now();
  let sent = 0;
  timer = setInterval(() => {
    const due = ((performance.now() - started) / 1_000) * perSecond;
    for (; sent < due; sent++) {
      const authorization = credentials[sent % credentials.length] ?? '';
      // Answers that are not waited for: an attacker does not slow down because the server does.
      pools[sent % pools.length]
        ?.request({ method: 'GET', path, headers: { authorization } })
        .then(async ({ statusCode, body }) => {
          await body.dump();
          count(statusCode);
        })
        .catch(() => count('failed'));
    }
  }, TICK_MS);
}

messages<FloodTarget | { end: true }>(async (message) => {
  if ('url' in message) return begin(message);
  clearInterval(timer);
  await Promise.all(pools.map((pool) => pool.destroy()));
  return answers;
});

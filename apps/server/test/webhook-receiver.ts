import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Authority } from '@ojs/dev';

export interface Letter {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into events of every type
  readonly event: any;
}

/** Somebody who receives deliveries, over TLS on the loopback. */
export interface Receiver {
  readonly server: Server;
  readonly port: number;
  readonly letters: readonly Letter[];
  /** What it answers from now on; default 200. */
  answer: (letter: Letter, response: ServerResponse) => void;
  url(path?: string): string;
  /** Resolves with the first `count` letters to the path. */
  first(count: number, path?: string): Promise<readonly Letter[]>;
  close(): Promise<void>;
}

export async function startReceiver(authority: Authority): Promise<Receiver> {
  const { cert, key } = await authority.issue({ names: ['127.0.0.1'] });
  const letters: Letter[] = [];
  const waiting = new Set<() => void>();
  const server = createServer({ cert, key }, async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const letter = { path: request.url ?? '', headers: request.headers, body, event: JSON.parse(body) };
    letters.push(letter);
    receiver.answer(letter, response);
    for (const look of waiting) look();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const receiver: Receiver = {
    server,
    port,
    letters,
    answer: (_letter, response) => response.end(),
    url: (path = '/') => `https://127.0.0.1:${port}${path}`,
    first: (count, path) =>
      new Promise((resolve) => {
        const look = (): void => {
          const found = letters.filter((letter) => path === undefined || letter.path === path);
          if (found.length < count) return;
          waiting.delete(look);
          resolve(found.slice(0, count));
        };
        waiting.add(look);
        look();
      }),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return receiver;
}

/** What a receiver does to know who sent a letter (ojs-webhooks §8.2). */
export const isSigned = ({ headers, body }: Letter, secret: string): boolean => {
  const expected = createHmac('sha256', secret).update(`${headers['x-ojs-timestamp']}.${body}`).digest('hex');
  return String(headers['x-ojs-signature']).split(',').includes(`sha256=${expected}`);
};

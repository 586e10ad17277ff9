import type { IncomingMessage } from 'node:http';
import { type RequestOptions, request } from 'node:https';
import type { Harness } from './http-harness.ts';

export interface Told {
  readonly id: string | undefined;
  readonly event: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into data of every shape
  readonly data: any;
}

/** An open stream of Server-Sent Events. */
export interface SseClient {
  readonly status: number;
  readonly response: IncomingMessage;
  /** All frames so far. */
  readonly told: readonly Told[];
  readonly comments: readonly string[];
  /** The whole text of an answer that is not a stream. */
  readonly text: () => string;
  /** Resolves with the first `count` frames. */
  first(count: number): Promise<readonly Told[]>;
  /** Resolves when the server has ended the stream. */
  readonly ended: Promise<void>;
  close(): void;
}

function frameOf(block: string): Told | string | undefined {
  const fields = new Map(block.split('\n').map((line) => line.split(/: ?(.*)/s, 2) as [string, string]));
  const data = fields.get('data');
  if (block.startsWith(':')) return block.slice(1);
  return data === undefined
    ? undefined
    : { id: fields.get('id'), event: fields.get('event') ?? 'message', data: JSON.parse(data) };
}

/** Opens a stream, as a client of the standard library does. */
export function openStream(
  ojs: Pick<Harness, 'port' | 'ca'>,
  path: string,
  key: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<SseClient> {
  const options: RequestOptions = {
    host: '127.0.0.1',
    port: ojs.port,
    path,
    agent: false,
    ca: ojs.ca,
    headers: { authorization: `Bearer ${key}`, accept: 'text/event-stream', ...headers },
  };
  return new Promise((resolve, reject) => {
    const sent = request(options, (response) => {
      const told: Told[] = [];
      const comments: string[] = [];
      const waiting = new Set<() => void>();
      let text = '';
      let rest = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
        const blocks = (rest + chunk).split('\n\n');
        rest = blocks.pop() ?? '';
        if (response.statusCode !== 200) return;
        for (const frame of blocks.map(frameOf)) {
          if (typeof frame === 'string') comments.push(frame);
          else if (frame !== undefined) told.push(frame);
        }
        for (const look of waiting) look();
      });
      response.on('error', () => undefined);
      const ended = new Promise<void>((resolveEnd) => {
        response.on('close', () => {
          resolveEnd();
          for (const look of waiting) look();
        });
      });
      resolve({
        status: response.statusCode ?? 0,
        response,
        told,
        comments,
        text: () => text,
        ended,
        first: (count) =>
          new Promise((resolveFirst, rejectFirst) => {
            const look = (): void => {
              if (told.length >= count) resolveFirst(told.slice(0, count));
              else if (response.destroyed) rejectFirst(new Error(`the stream ended after ${told.length} frames`));
              else return;
              waiting.delete(look);
            };
            waiting.add(look);
            look();
          }),
        close: () => sent.destroy(),
      });
    });
    sent.on('error', reject);
    sent.end();
  });
}

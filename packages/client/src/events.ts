// For browsers too: nothing here needs Node.js.
import { type EventFilter, followEvents, type StreamedEvent } from './event-stream.ts';
import { parseServerUrl } from './url.ts';

export type { EventFilter, GapEvent, StateChangeEvent, StreamedEvent } from './event-stream.ts';

/** Where the events come from, and what to hear of. */
export interface EventStreamOptions extends EventFilter {
  /** `https://…`; plain `http://` only to the loopback. */
  url: string;
  /** The token, or a function that is asked at each connection; `rejected` is true when the server refused the last one. */
  credential: string | ((asked: { rejected: boolean }) => string | Promise<string>);
  tenant?: string;
  /** Default: the global one. */
  fetch?: typeof globalThis.fetch;
}

/**
 * Events as they happen, by `fetch` streaming: for browsers, and wherever else there is a global `fetch`.
 *
 * @throws {OjsConfigurationError} for a url that is not allowed; while iterating, {@link OjsError} when the server refuses for good
 */
export function eventStream(options: EventStreamOptions): AsyncIterable<StreamedEvent> {
  const { url, credential, tenant, fetch = globalThis.fetch, ...filter } = options;
  const { origin, basePath } = parseServerUrl(url);
  return followEvents(
    async ({ path, headers, signal, rejected }) => {
      const token = typeof credential === 'string' ? credential : await credential({ rejected });
      const all = {
        ...headers,
        authorization: `Bearer ${token}`,
        ...(tenant !== undefined && { 'x-ojs-tenant': tenant }),
      };
      const answer = await fetch(origin + path, { headers: all, signal, redirect: 'error', cache: 'no-store' });
      return { status: answer.status, headers: Object.fromEntries(answer.headers), body: chunksOf(answer.body) };
    },
    basePath,
    filter,
  );
}

/** Not every browser can iterate over a stream. */
async function* chunksOf(body: ReadableStream<Uint8Array> | null): AsyncGenerator<Uint8Array> {
  const reader = body?.getReader();
  try {
    for (let read = await reader?.read(); read && !read.done; read = await reader?.read()) yield read.value;
  } finally {
    await reader?.cancel().catch(() => undefined);
  }
}

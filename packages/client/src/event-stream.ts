import { readAnswer } from './answer.ts';
import type { EventPattern, OjsEvent } from './api.ts';
import { OjsConnectionError, OjsError } from './errors.ts';
import { routes } from './generated/routes.ts';
import { backoffMs, isTransient } from './retry.ts';
import { sleep } from './sleep.ts';
import { sseMessages } from './sse.ts';
import { pathOf } from './target.ts';

/** What to hear of; everything that is given must hold. */
export interface EventFilter {
  /** Types, or all of a category (`job.*`). Default: all. */
  types?: readonly EventPattern[];
  queues?: readonly string[];
  jobTypes?: readonly string[];
  /** Only of this job; the iteration then ends when the job has ended. */
  jobId?: string;
  /** Goes on after the event with this id. Default: with what happens from now on. */
  after?: string;
  signal?: AbortSignal;
}

/** What was told between the two moments is not known any more: the server keeps a limited number of events. */
export interface GapEvent {
  readonly type: 'system.gap';
  readonly data: { readonly channel: string; readonly gap_start: string; readonly gap_end: string };
}

/** A job went from one state into another; told where it was asked for, or of one job. */
export interface StateChangeEvent {
  readonly type: 'job.state_changed';
  readonly id: string | undefined;
  readonly data: {
    readonly job_id: string;
    readonly queue: string;
    readonly type: string;
    readonly from: string;
    readonly to: string;
    readonly timestamp: string;
  };
}

export type StreamedEvent = OjsEvent | StateChangeEvent | GapEvent;

/** An answer that is still coming. */
export interface OpenAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: AsyncIterable<Uint8Array>;
}

/** Sends the request with a credential. `rejected`: the server has just refused the one of the last call. */
export type OpenStream = (request: {
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly signal: AbortSignal;
  readonly rejected: boolean;
}) => Promise<OpenAnswer>;

/** Three heartbeats of the server (ojs-realtime §2.4): who is silent for so long is gone. */
const SILENCE_MS = 45_000;
const RETRY_MS = 3_000;
/** What a server may ask for with `retry`: neither to be asked without a pause, nor to be left alone for days. */
const RETRY_BOUNDS = { least: 100, most: 300_000 };
/** What can be a header is an id to come back with. */
const EVENT_ID = /^[\x21-\x7e]{1,128}$/;
const BACKOFF = { baseMs: 500, capMs: 15_000 };
const REFUSAL_CHARS = 64 * 1024;
const TERMINAL: ReadonlySet<string> = new Set(['completed', 'cancelled', 'discarded']);

/**
 * Events as they happen. When the connection is lost it connects again and goes on after the last event that it had: none is
 * lost while the server keeps it, and where it does not, a `system.gap` says so.
 *
 * @throws {OjsError} when the server refuses for good; the signal's reason when it fires
 */
export async function* followEvents(
  open: OpenStream,
  basePath: string,
  filter: EventFilter,
): AsyncGenerator<StreamedEvent, void> {
  const { signal, jobId } = filter;
  const path = basePath + streamPath(filter);
  const at = { after: filter.after, retryMs: RETRY_MS };
  let failures = 0;
  let rejected = false;
  for (;;) {
    signal?.throwIfAborted();
    try {
      for await (const event of connected(open, path, at, rejected, signal)) {
        failures = 0;
        rejected = false;
        if (event === undefined) continue;
        yield event;
        if (jobId !== undefined && event.type === 'job.state_changed' && TERMINAL.has(event.data.to)) return;
      }
      await sleep(Math.random() * at.retryMs, signal);
    } catch (error) {
      signal?.throwIfAborted();
      const isRenewable: boolean = error instanceof OjsError && error.status === 401 && !rejected;
      if (!isRenewable && !isTransient(error)) throw error;
      rejected = isRenewable;
      failures++;
      const asked = error instanceof OjsError ? (error.retryAfterMs ?? 0) : 0;
      if (!isRenewable) await sleep(asked + backoffMs(failures, BACKOFF, Math.random()), signal);
    }
  }
}

function streamPath({ types, queues, jobTypes, jobId }: EventFilter): string {
  const query = { types: types?.join(','), queues: queues?.join(','), job_types: jobTypes?.join(',') };
  // The channel of a job tells its changes of state, by which its end is known.
  return pathOf(routes.streamEvents.path, {}, { ...query, channel: jobId === undefined ? undefined : `job:${jobId}` });
}

/** The events of one connection; `undefined` for a sign of life. */
async function* connected(
  open: OpenStream,
  path: string,
  at: { after: string | undefined; retryMs: number },
  rejected: boolean,
  signal: AbortSignal | undefined,
): AsyncGenerator<StreamedEvent | undefined> {
  const silent = new AbortController();
  const giveUp = (): void => silent.abort(lost('The event stream fell silent'));
  let watch = setTimeout(giveUp, SILENCE_MS);
  const ended = signal ? AbortSignal.any([signal, silent.signal]) : silent.signal;
  try {
    const headers: Record<string, string> = { accept: 'text/event-stream' };
    if (at.after !== undefined) headers['last-event-id'] = at.after;
    const answer = await open({ path, headers, signal: ended, rejected });
    if (answer.status !== 200) throw await refused(answer);
    yield undefined;
    const onRetry = (ms: number): void => {
      at.retryMs = Math.min(Math.max(ms, RETRY_BOUNDS.least), RETRY_BOUNDS.most);
    };
    for await (const message of sseMessages(answer.body, onRetry)) {
      clearTimeout(watch);
      watch = setTimeout(giveUp, SILENCE_MS);
      if (message === undefined) yield undefined;
      else if (message.event !== 'server.shutdown') {
        const event = eventOf(message.event, message.id, message.data);
        // Kept only once it was handed over: whoever stops in between hears it again.
        yield event;
        if (message.id !== undefined && EVENT_ID.test(message.id)) at.after = message.id;
      }
    }
  } catch (error) {
    silent.signal.throwIfAborted();
    if (signal?.aborted || error instanceof OjsError) throw error;
    throw lost('The connection of the event stream was lost', error);
  } finally {
    clearTimeout(watch);
    silent.abort();
  }
}

const lost = (message: string, cause?: unknown): OjsConnectionError =>
  new OjsConnectionError(message, { code: 'connection_failed', retryable: true, cause });

function eventOf(type: string, id: string | undefined, text: string): StreamedEvent {
  const data = objectOf(text);
  if (type === 'job.state_changed') return { type, id, data: data as StateChangeEvent['data'] };
  return type === 'system.gap' ? { type, data: data as GapEvent['data'] } : (data as OjsEvent);
}

function objectOf(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // Said below.
  }
  throw new OjsConnectionError('The event stream is not one of an OJS server', { code: 'invalid_answer' });
}

async function refused({ status, headers, body }: OpenAnswer): Promise<unknown> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > REFUSAL_CHARS) break;
  }
  try {
    readAnswer({ status, headers, body: text }, 'streamEvents', undefined);
  } catch (error) {
    return error;
  }
  return new OjsConnectionError(`The server answered ${status} instead of events`, { code: 'invalid_answer', status });
}

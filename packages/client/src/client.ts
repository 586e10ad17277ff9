import { readAnswer } from './answer.ts';
import type { CallAnswer, CallInput, OperationId } from './api.ts';
import { readAuthority } from './authority.ts';
import { type ConnectionOptions, certificateOf, credentialOf, tenantHeader } from './connection-options.ts';
import { tokenOf } from './credentials/source.ts';
import { Elevation } from './elevation.ts';
import { OjsError, OjsValidationError } from './errors.ts';
import { type EventFilter, followEvents, type StreamedEvent } from './event-stream.ts';
import { routes } from './generated/routes.ts';
import { Presenter } from './presenter.ts';
import { DEFAULT_RETRY, mayRepeat, nextDelayMs, type RetrySettings } from './retry.ts';
import { sleep } from './sleep.ts';
import { pathOf } from './target.ts';
import { createTransport, type Transport } from './transport.ts';
import { parseServerUrl } from './url.ts';

/** How one call differs from the others. */
export interface CallOptions {
  signal?: AbortSignal | undefined;
  /** Time for one try, in milliseconds. */
  timeoutMs?: number | undefined;
  /** Default: 4 repetitions within some seconds, where the operation may be repeated at all. */
  retry?: RetrySettings | undefined;
  /** The largest answer that is read, in bytes. Default 32 MiB. */
  maxBytes?: number | undefined;
  /** Whether a good answer holds errors, which must not repeat the credential. */
  hasErrors?: boolean | undefined;
}

/** Calls operations of the API, typed by its OpenAPI document. */
export interface Client {
  /**
   * @throws {OjsError} when the server refuses, {@link OjsConnectionError} when it cannot be reached, the signal's
   *   reason when it fires
   */
  call<Id extends OperationId>(operation: Id, input: CallInput<Id>, options?: CallOptions): Promise<CallAnswer<Id>>;
  /** Posts a form with the credential, as the endpoints of OAuth have it; any status resolves. */
  postForm(path: string, fields: Record<string, string>): Promise<{ status: number; body: string }>;
  /** Events as they happen; see {@link followEvents}. */
  events(filter: EventFilter): AsyncIterable<StreamedEvent>;
  /** Lets calls end, then closes the connections. */
  close(): Promise<void>;
  /** Closes the connections at once; calls under way fail with code `closed`. */
  destroy(): Promise<void>;
}

const MEDIA_TYPE = 'application/openjobspec+json';
const MAX_BYTES = 32 * 1024 * 1024;

type AnyInput = { path?: Record<string, string>; query?: Record<string, unknown>; body?: unknown };

/** @throws {OjsConfigurationError} when a setting is missing or not allowed; nothing is connected yet */
export function createClient(options: ConnectionOptions & { readonly workerId?: string } = {}): Client {
  const { origin, basePath } = parseServerUrl(options.url ?? process.env.OJS_URL);
  const certificate = certificateOf(options, process.env);
  const transport = createTransport({
    origin,
    ca: readAuthority(options.ca ?? process.env.OJS_CA_FILE),
    certificate,
    pins: options.pins,
    connections: options.connections ?? 16,
  });
  const { workerId, timeoutMs = 30_000, secondFactor } = options;
  const presenter = new Presenter({
    credential: credentialOf(options, certificate !== undefined),
    transport,
    origin,
    basePath,
    headers: { accept: MEDIA_TYPE, 'ojs-version': '1.0', ...tenantHeader(options.tenant) },
    timeoutMs,
    workerId,
  });
  return new HttpClient(transport, presenter, basePath, timeoutMs, secondFactor && new Elevation(secondFactor));
}

class HttpClient implements Client {
  readonly #transport: Transport;
  readonly #presenter: Presenter;
  readonly #basePath: string;
  readonly #timeoutMs: number;
  readonly #elevation: Elevation | undefined;

  constructor(
    transport: Transport,
    presenter: Presenter,
    basePath: string,
    timeoutMs: number,
    elevation: Elevation | undefined,
  ) {
    this.#transport = transport;
    this.#presenter = presenter;
    this.#basePath = basePath;
    this.#timeoutMs = timeoutMs;
    this.#elevation = elevation;
  }

  async call<Id extends OperationId>(id: Id, input: CallInput<Id>, options: CallOptions = {}): Promise<CallAnswer<Id>> {
    const { path, query, body } = input as AnyInput;
    const target = this.#basePath + pathOf(routes[id].path, path, query);
    const text = body === undefined ? undefined : toJson(body);
    const settings = mayRepeat(id) ? (options.retry ?? DEFAULT_RETRY) : { ...DEFAULT_RETRY, retries: 0 };
    for (let attempt = 1; ; attempt++) {
      try {
        return (await this.#elevated(id, target, text, options)) as CallAnswer<Id>;
      } catch (error) {
        if (error instanceof OjsError) error.attempts = attempt;
        const delay = nextDelayMs(error, attempt, settings, Math.random());
        if (delay === undefined) throw error;
        await sleep(delay, options.signal);
      }
    }
  }

  /** Sends; when the server wants a second factor, and there is somebody to ask, once more with what that gives. */
  async #elevated(id: OperationId, path: string, body: string | undefined, options: CallOptions): Promise<unknown> {
    try {
      return await this.#authorized(id, path, body, options);
    } catch (error) {
      if (!(error instanceof OjsError) || error.code !== 'mfa_required' || !this.#elevation) throw error;
      const elevated = await this.#elevation.get(this.#presenter.postWithCredential);
      const credential = await this.#presenter.presentElevated(routes[id].method, path, elevated);
      return this.#send(id, path, body, credential, options).catch((refused: unknown) => {
        if (refused instanceof OjsError && refused.status === 401) this.#elevation?.forget();
        throw refused;
      });
    }
  }

  /** Sends with a credential; when the server refuses it and there is a newer one, with that. */
  async #authorized(id: OperationId, path: string, body: string | undefined, options: CallOptions): Promise<unknown> {
    if ('open' in routes[id]) return this.#send(id, path, body, {}, options);
    const { method } = routes[id];
    const first = await this.#presenter.present(method, path, { rejected: false });
    try {
      return await this.#send(id, path, body, first, options);
    } catch (error) {
      if (!(error instanceof OjsError) || error.status !== 401) throw error;
      const renewed = await this.#presenter.present(method, path, { rejected: true });
      if (tokenOf(renewed) === tokenOf(first)) throw error;
      return this.#send(id, path, body, renewed, options);
    }
  }

  async #send(
    id: OperationId,
    path: string,
    body: string | undefined,
    credential: Record<string, string>,
    options: CallOptions,
  ): Promise<unknown> {
    const headers = { ...this.#presenter.headers, ...credential };
    if (body !== undefined) headers['content-type'] = MEDIA_TYPE;
    const answer = await this.#transport.send({
      method: routes[id].method,
      path,
      headers,
      body,
      signal: options.signal,
      timeoutMs: options.timeoutMs ?? this.#timeoutMs,
      maxBytes: options.maxBytes ?? MAX_BYTES,
    });
    return readAnswer(answer, id, tokenOf(credential), options.hasErrors);
  }

  postForm(path: string, fields: Record<string, string>): Promise<{ status: number; body: string }> {
    const body = new URLSearchParams(fields).toString();
    return this.#presenter.postWithCredential(path, 'application/x-www-form-urlencoded', body);
  }

  events(filter: EventFilter): AsyncIterable<StreamedEvent> {
    return followEvents(
      async ({ path, headers, signal, rejected }) => {
        const credential = await this.#presenter.present('GET', path, { rejected });
        return this.#transport.open({
          path,
          headers: { ...this.#presenter.headers, ...headers, ...credential },
          signal,
        });
      },
      this.#basePath,
      filter,
    );
  }

  close(): Promise<void> {
    return this.#transport.close();
  }

  destroy(): Promise<void> {
    return this.#transport.destroy();
  }
}

/** @throws {OjsValidationError} for what JSON has no word for (a BigInt, a circle), without repeating the value */
function toJson(body: unknown): string {
  try {
    return JSON.stringify(body);
  } catch {
    throw new OjsValidationError('The request', [
      { path: 'body', message: 'holds a value that JSON cannot express, such as a BigInt or a circular reference' },
    ]);
  }
}

import { readAnswer } from './answer.ts';
import type { CallAnswer, CallInput, OperationId } from './api.ts';
import { readAuthority } from './authority.ts';
import { defaultCredential } from './credentials/default-chain.ts';
import { type Credential, type CredentialSource, headersOf, type PostRequest, tokenOf } from './credentials/source.ts';
import { apiKey } from './credentials/stored.ts';
import { OjsConfigurationError, OjsError, OjsValidationError } from './errors.ts';
import { type EventFilter, followEvents, type StreamedEvent } from './event-stream.ts';
import { routes } from './generated/routes.ts';
import { DEFAULT_RETRY, mayRepeat, nextDelayMs, type RetrySettings } from './retry.ts';
import { sleep } from './sleep.ts';
import { pathOf } from './target.ts';
import type { ClientCertificate } from './tls.ts';
import { createTransport, type Transport } from './transport.ts';
import { parseServerUrl } from './url.ts';

/** Where the server is and who is asking. What is not given comes from the environment. */
export interface ConnectionOptions {
  /** `https://…`; plain `http://` only to the loopback. Default: OJS_URL. */
  url?: string;
  /** An API key or token, or a function that returns it. Default: {@link defaultCredential}. */
  credential?: Credential;
  /** PEM text or the path of a PEM file: the certificates to trust instead of the public ones. Default: OJS_CA_FILE. */
  ca?: string;
  /** A client certificate: PEM texts or paths of PEM files, which are read again when they change. Default: OJS_CLIENT_CERT_FILE and OJS_CLIENT_KEY_FILE. */
  certificate?: ClientCertificate;
  /**
   * Besides all other checks, the server's certificate chain must hold one of these public keys: `sha256/` and the base64 of the
   * SHA-256 of the key (SPKI, DER). Pin the next key too.
   */
  pins?: readonly string[];
  /** Which tenant is meant, where the credential spans several. Sent as `X-OJS-Tenant`. */
  tenant?: string;
  /** Time for one try of a request, in milliseconds. Default 30,000. */
  timeoutMs?: number;
  /** The most connections at once. Default 16. */
  connections?: number;
}

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
  /** Events as they happen; see {@link followEvents}. */
  events(filter: EventFilter): AsyncIterable<StreamedEvent>;
  /** Lets calls end, then closes the connections. */
  close(): Promise<void>;
  /** Closes the connections at once; calls under way fail with code `closed`. */
  destroy(): Promise<void>;
}

const MEDIA_TYPE = 'application/openjobspec+json';
const MAX_BYTES = 32 * 1024 * 1024;
/** Of an answer that holds a token. */
const CREDENTIAL_BYTES = 64 * 1024;
const TENANT = /^(\*|[a-zA-Z0-9][a-zA-Z0-9._:-]{0,127})$/;

type AnyInput = { path?: Record<string, string>; query?: Record<string, unknown>; body?: unknown };

/** @throws {OjsConfigurationError} when a setting is missing or not allowed; nothing is connected yet */
export function createClient(options: ConnectionOptions & { readonly workerId?: string } = {}): Client {
  const { origin, basePath } = parseServerUrl(options.url ?? process.env.OJS_URL);
  const certificate = options.certificate ?? certificateOf(process.env);
  const transport = createTransport({
    origin,
    ca: readAuthority(options.ca ?? process.env.OJS_CA_FILE),
    certificate,
    pins: options.pins,
    connections: options.connections ?? 16,
  });
  const { credential, workerId } = options;
  const source =
    credential === undefined
      ? defaultCredential({ hasCertificate: certificate !== undefined, isWorker: workerId !== undefined })
      : typeof credential === 'string'
        ? apiKey(credential)
        : credential;
  return new HttpClient(transport, source, origin + basePath, options);
}

function certificateOf({
  OJS_CLIENT_CERT_FILE,
  OJS_CLIENT_KEY_FILE,
}: NodeJS.ProcessEnv): ClientCertificate | undefined {
  if (!OJS_CLIENT_CERT_FILE && !OJS_CLIENT_KEY_FILE) return undefined;
  if (OJS_CLIENT_CERT_FILE && OJS_CLIENT_KEY_FILE) return { cert: OJS_CLIENT_CERT_FILE, key: OJS_CLIENT_KEY_FILE };
  throw new OjsConfigurationError('OJS_CLIENT_CERT_FILE and OJS_CLIENT_KEY_FILE belong together: set both');
}

class HttpClient implements Client {
  readonly #transport: Transport;
  readonly #credential: CredentialSource;
  readonly #base: string;
  readonly #basePath: string;
  readonly #workerId: string | undefined;
  readonly #headers: Record<string, string>;
  readonly #timeoutMs: number;

  constructor(
    transport: Transport,
    credential: CredentialSource,
    base: string,
    options: ConnectionOptions & { readonly workerId?: string },
  ) {
    this.#transport = transport;
    this.#credential = credential;
    this.#base = base;
    this.#basePath = base.slice(new URL(base).origin.length);
    this.#workerId = options.workerId;
    this.#headers = { accept: MEDIA_TYPE, 'ojs-version': '1.0', ...tenantHeader(options.tenant) };
    this.#timeoutMs = options.timeoutMs ?? 30_000;
  }

  async call<Id extends OperationId>(id: Id, input: CallInput<Id>, options: CallOptions = {}): Promise<CallAnswer<Id>> {
    const { path, query, body } = input as AnyInput;
    const target = this.#basePath + pathOf(routes[id].path, path, query);
    const text = body === undefined ? undefined : toJson(body);
    const settings = mayRepeat(id) ? (options.retry ?? DEFAULT_RETRY) : { ...DEFAULT_RETRY, retries: 0 };
    for (let attempt = 1; ; attempt++) {
      try {
        return (await this.#authorized(id, target, text, options)) as CallAnswer<Id>;
      } catch (error) {
        if (error instanceof OjsError) error.attempts = attempt;
        const delay = nextDelayMs(error, attempt, settings, Math.random());
        if (delay === undefined) throw error;
        await sleep(delay, options.signal);
      }
    }
  }

  /** Sends with a credential; when the server refuses it and there is a newer one, with that. */
  async #authorized(id: OperationId, path: string, body: string | undefined, options: CallOptions): Promise<unknown> {
    if ('open' in routes[id]) return this.#send(id, path, body, {}, options);
    const { method } = routes[id];
    const first = await this.#present(method, path, false);
    try {
      return await this.#send(id, path, body, first, options);
    } catch (error) {
      if (!(error instanceof OjsError) || error.status !== 401) throw error;
      const renewed = await this.#present(method, path, true);
      if (tokenOf(renewed) === tokenOf(first)) throw error;
      return this.#send(id, path, body, renewed, options);
    }
  }

  /** The headers that say who is asking. */
  async #present(method: string, path: string, rejected: boolean): Promise<Record<string, string>> {
    const url = this.#base + path.slice(this.#basePath.length);
    const asked = { rejected, request: { method, url }, post: this.#post };
    return headersOf(
      await this.#credential(this.#workerId === undefined ? asked : { ...asked, workerId: this.#workerId }),
    );
  }

  readonly #post = async (
    path: string,
    { authorization, contentType, body }: PostRequest,
  ): Promise<{ status: number; body: string }> =>
    this.#transport.send({
      method: 'POST',
      path: this.#basePath + path,
      headers: { ...this.#headers, authorization, 'content-type': contentType },
      body,
      timeoutMs: this.#timeoutMs,
      maxBytes: CREDENTIAL_BYTES,
    });

  async #send(
    id: OperationId,
    path: string,
    body: string | undefined,
    credential: Record<string, string>,
    options: CallOptions,
  ): Promise<unknown> {
    const headers = { ...this.#headers, ...credential };
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

  events(filter: EventFilter): AsyncIterable<StreamedEvent> {
    return followEvents(
      async ({ path, headers, signal, rejected }) => {
        const credential = await this.#present('GET', path, rejected);
        return this.#transport.open({ path, headers: { ...this.#headers, ...headers, ...credential }, signal });
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

function tenantHeader(tenant: string | undefined): Record<string, string> {
  if (tenant === undefined) return {};
  if (TENANT.test(tenant)) return { 'x-ojs-tenant': tenant };
  throw new OjsConfigurationError('`tenant` must be 1 to 128 letters, digits, dots, hyphens, underscores or colons');
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

import type { Dispatcher } from 'undici';
import { OjsConnectionError } from './errors.ts';

type Controller = Dispatcher.DispatchController;

/** An answer as it came, its body whole and within bounds. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** The limits of one request. */
export interface ExchangeLimits {
  /** From now until the whole answer is here, in milliseconds. */
  readonly timeoutMs: number;
  readonly maxBytes: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * One request on its way: collects the answer within its bounds. Settles exactly once, and at once when the time is up
 * or the signal fires, even while the request still waits for a connection.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly answer: Promise<RawAnswer>;
  readonly #limits: ExchangeLimits;
  readonly #timer: NodeJS.Timeout;
  readonly #onAbort = (): void => this.#fail(this.#limits.signal?.reason);
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  #status = 0;
  #headers: RawAnswer['headers'] = {};
  #controller: Controller | undefined;
  #failure: { reason: unknown } | undefined;
  #settle!: { resolve: (answer: RawAnswer) => void; reject: (reason: unknown) => void };

  constructor(limits: ExchangeLimits) {
    this.#limits = limits;
    this.answer = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    const late = (): void =>
      this.#fail(
        new OjsConnectionError(`The server did not answer within ${limits.timeoutMs} ms`, {
          code: 'timeout',
          retryable: true,
        }),
      );
    this.#timer = setTimeout(late, limits.timeoutMs);
    limits.signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  onRequestStart(controller: Controller): void {
    this.#controller = controller;
    if (this.#failure) controller.abort(asError(this.#failure.reason));
  }

  onResponseStart(_: Controller, status: number, headers: RawAnswer['headers']): void {
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(_: Controller, chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes <= this.#limits.maxBytes) this.#chunks.push(chunk);
    else
      this.#fail(
        new OjsConnectionError(`The answer is larger than ${this.#limits.maxBytes} bytes`, {
          code: 'answer_too_large',
        }),
      );
  }

  onResponseEnd(): void {
    if (this.#failure) return;
    this.#release();
    const body = this.#chunks.length === 1 ? (this.#chunks[0] as Buffer) : Buffer.concat(this.#chunks);
    this.#settle.resolve({ status: this.#status, headers: this.#headers, body: body.toString('utf8') });
  }

  onResponseError(_: Controller | undefined, error: Error): void {
    this.#fail(error);
  }

  #fail(reason: unknown): void {
    if (this.#failure) return;
    this.#failure = { reason };
    this.#release();
    this.#settle.reject(reason);
    this.#controller?.abort(asError(reason));
  }

  #release(): void {
    clearTimeout(this.#timer);
    this.#limits.signal?.removeEventListener('abort', this.#onAbort);
  }
}

const asError = (reason: unknown): Error => (reason instanceof Error ? reason : new Error('aborted'));

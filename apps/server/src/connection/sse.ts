import { once } from 'node:events';
import type { ServerResponse } from 'node:http';

/** A frame of Server-Sent Events; `data` becomes JSON, which has no line breaks. */
export interface Frame {
  readonly id?: string;
  readonly event: string;
  readonly data: unknown;
}

const textOf = ({ id, event, data }: Frame): string =>
  `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;

/** How long the client is to wait before it connects again, in milliseconds (ojs-realtime §2.3). */
const RETRY_MS = 3_000;

/**
 * Writes Server-Sent Events no faster than they are read: while the client does not read, nothing more is made for it, and
 * the time limit of its silent connection runs.
 */
export class EventWriter {
  readonly #response: ServerResponse;
  readonly #gone: AbortSignal;
  readonly #heartbeatMs: number;
  #quietSince = Date.now();

  /** @param gone fires when nobody reads any more. */
  constructor(response: ServerResponse, gone: AbortSignal, heartbeatMs: number) {
    this.#response = response;
    this.#gone = gone;
    this.#heartbeatMs = heartbeatMs;
    response.write(`retry: ${RETRY_MS}\n\n`);
  }

  /** @throws when the client has gone. */
  async send(frame: Frame): Promise<void> {
    await this.#write(textOf(frame));
  }

  /** A comment, where nothing was written for a while: proxies close what is silent. */
  async heartbeat(): Promise<void> {
    if (Date.now() - this.#quietSince >= this.#heartbeatMs) await this.#write(':heartbeat\n\n');
  }

  /** Ends the stream; whatever a client has not read by now, it asks for again. */
  end(last?: Frame): void {
    if (this.#response.writableNeedDrain) this.#response.destroy();
    else this.#response.end(last && textOf(last));
  }

  async #write(text: string): Promise<void> {
    this.#quietSince = Date.now();
    if (!this.#response.write(text)) await once(this.#response, 'drain', { signal: this.#gone });
  }
}

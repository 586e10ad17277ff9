import { setTimeout as sleep } from 'node:timers/promises';
import type { Sink } from './sink.ts';

/** Bytes that may wait while the sink cannot be written to. Beyond, lines are lost, and counted. */
const WAITING_BYTES = 16 * 1024 * 1024;
const RETRY_MS = 1_000;

/** Writes lines in order, many at once, without anybody waiting for it. */
export class Writer {
  readonly #sink: Sink;
  readonly #onFailure: (error: unknown) => void;
  readonly #onLost: (lines: number) => void;
  #lines: string[] = [];
  #bytes = 0;
  #lost = 0;
  #writing: Promise<void> | undefined;
  readonly #closing = new AbortController();

  /**
   * @param onFailure hears of a failed write, once for each spell of failures; the lines are kept and tried again.
   * @param onLost hears how many lines found no place, once it goes on.
   */
  constructor(sink: Sink, onFailure: (error: unknown) => void, onLost: (lines: number) => void) {
    this.#sink = sink;
    this.#onFailure = onFailure;
    this.#onLost = onLost;
  }

  get waitingBytes(): number {
    return this.#bytes;
  }

  /** @param line without its end. */
  write(line: string): void {
    if (this.#bytes > WAITING_BYTES) {
      this.#lost++;
      return;
    }
    this.#lines.push(line);
    this.#bytes += line.length;
    this.#writing ??= this.#run();
  }

  /** Writes what waits, and closes. Tries a failing sink once more, not for ever. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#writing;
    await this.#sink.close();
  }

  async #run(): Promise<void> {
    // Everything that is recorded in this turn of the event loop goes out in one write.
    await Promise.resolve();
    while (this.#lines.length > 0) {
      const bytes = Buffer.from(`${this.#lines.join('\n')}\n`);
      this.#lines = [];
      const written = await this.#all(bytes);
      this.#bytes = this.#lines.reduce((sum, line) => sum + line.length, 0);
      if (!written) break;
      const lost = this.#lost;
      // With room again, so that this record finds a place itself.
      if (lost === 0 || this.#bytes > WAITING_BYTES / 2) continue;
      this.#lost = 0;
      this.#onLost(lost);
    }
    this.#writing = undefined;
  }

  async #all(bytes: Buffer): Promise<boolean> {
    let rest = bytes;
    let failed = false;
    while (rest.length > 0) {
      try {
        rest = rest.subarray(await this.#sink.write(rest));
        failed = false;
      } catch (error) {
        if (!failed) this.#onFailure(error);
        if (failed && this.#closing.signal.aborted) return false;
        failed = true;
        await sleep(RETRY_MS, undefined, { ref: false, signal: this.#closing.signal }).catch(() => undefined);
      }
    }
    return true;
  }
}

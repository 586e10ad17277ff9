/** What a handler says of how far it is. */
export interface ProgressReport {
  /** 0 to 1. */
  readonly progress: number;
  readonly message?: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

/** ojs-progress §6.2. */
const INTERVAL_MS = 1_000;

/**
 * Sends the newest report of a handler that may report as often as it likes: at once, then at most once a second, and one
 * request at a time. What is newer takes the place of what was not sent yet. Sending must not throw.
 */
export class ProgressSender {
  readonly #send: (report: ProgressReport) => Promise<void>;
  readonly #intervalMs: number;
  #newest: ProgressReport | undefined;
  #sending: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #sentAt = Number.NEGATIVE_INFINITY;
  #flushed = false;

  constructor(send: (report: ProgressReport) => Promise<void>, intervalMs = INTERVAL_MS) {
    this.#send = send;
    this.#intervalMs = intervalMs;
  }

  report(report: ProgressReport): void {
    this.#newest = report;
    this.#schedule();
  }

  /** Sends what is not sent yet, now, and nothing after it. Resolves when the server has heard it, or never will; undefined when all was sent. */
  flush(): Promise<void> | undefined {
    this.#flushed = true;
    clearTimeout(this.#timer);
    if (this.#newest === undefined) return this.#sending;
    return (this.#sending ?? Promise.resolve()).then(() => this.#sendNewest());
  }

  #schedule(): void {
    if (this.#flushed || this.#sending || this.#newest === undefined) return;
    clearTimeout(this.#timer);
    const wait = this.#sentAt + this.#intervalMs - performance.now();
    if (wait <= 0) void this.#sendNewest();
    else this.#timer = setTimeout(() => void this.#sendNewest(), wait);
  }

  async #sendNewest(): Promise<void> {
    const report = this.#newest;
    if (report === undefined) return;
    this.#newest = undefined;
    this.#sentAt = performance.now();
    this.#sending = this.#send(report);
    await this.#sending;
    this.#sending = undefined;
    this.#schedule();
  }
}

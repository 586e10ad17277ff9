import { compareEntries, type Entry } from './log.ts';

/** Entries that are kept for those who are a little behind, and their characters; who is further behind reads the log itself. */
const KEPT = 200;
const KEPT_CHARS = 4 * 1024 * 1024;
const CHUNK = 50;
/** How often the log is looked at while somebody listens, in milliseconds: soon after something came, then more rarely. */
const SOON_MS = 25;
const LATER_MS = 150;

/** The end of one tenant's log, read once for everybody in this process who listens to it. */
export class EventTail {
  readonly #read: (after: string, count: number) => Promise<Entry[]>;
  readonly #idle: () => void;
  readonly #waiting = new Set<() => void>();
  #recent: Entry[] = [];
  #chars = 0;
  /** Every entry after this one, up to the last that was read, is in `#recent`. */
  #base: string;
  #last: string;
  #listeners = 0;
  #timer: NodeJS.Timeout | undefined;
  #pause = SOON_MS;

  /**
   * @param from the newest entry, or an older one.
   * @param read the entries after one, oldest first.
   * @param idle is called when nobody listens any more.
   */
  constructor(from: string, read: (after: string, count: number) => Promise<Entry[]>, idle: () => void) {
    this.#base = from;
    this.#last = from;
    this.#read = read;
    this.#idle = idle;
  }

  join(): void {
    this.#listeners++;
    this.#timer ??= setTimeout(() => void this.#look(), this.#pause);
  }

  leave(): void {
    this.#listeners--;
    if (this.#listeners > 0) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#idle();
  }

  /** The entries after this one that are known; undefined where it is too far behind. */
  after(entry: string): Entry[] | undefined {
    if (compareEntries(entry, this.#base) < 0) return undefined;
    const first = this.#recent.findIndex(([id]) => compareEntries(id, entry) > 0);
    return first === -1 ? [] : this.#recent.slice(first, first + CHUNK);
  }

  /** Resolves when there is more, or the time is up, or the signal fires. */
  more(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        this.#waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal.addEventListener('abort', done);
      this.#waiting.add(done);
      if (signal.aborted) done();
    });
  }

  async #look(): Promise<void> {
    // Who listens notices by itself that Redis is away: it asks for its rights all the time.
    const entries = await this.#read(this.#last, CHUNK).catch(() => []);
    const [newest] = entries.at(-1) ?? [];
    if (newest !== undefined) {
      this.#keep(entries);
      this.#last = newest;
      for (const wake of this.#waiting) wake();
    }
    this.#pause = newest === undefined ? Math.min(this.#pause * 1.5, LATER_MS) : SOON_MS;
    if (this.#listeners === 0) return;
    this.#timer = setTimeout(() => void this.#look(), entries.length === CHUNK ? 0 : this.#pause);
  }

  #keep(entries: readonly Entry[]): void {
    this.#recent.push(...entries);
    for (const entry of entries) this.#chars += charsOf(entry);
    let dropped = 0;
    for (const entry of this.#recent) {
      if (this.#recent.length - dropped <= KEPT && this.#chars <= KEPT_CHARS) break;
      dropped++;
      this.#chars -= charsOf(entry);
      [this.#base] = entry;
    }
    this.#recent.splice(0, dropped);
  }
}

const charsOf = ([, [, text = '']]: Entry): number => text.length;

import { type Followed, follow } from './follow.ts';
import { readBounded } from './read-bounded.ts';
import { Settling } from './settling.ts';

/** What is followed, and who hears of it. */
export interface Watched<T> {
  /** The setting that names the file, for messages. */
  readonly setting: string;
  /** Absent: there is nothing to follow, and the value never changes. */
  readonly path: string | undefined;
  /** The value without a file. */
  readonly without: T;
  /** @throws {BadFile} */
  readonly parse: (text: string) => T;
  /** The new value is in force in this process. Called again with the next look at the file until it resolves. */
  readonly changed: () => Promise<void>;
  /** The file cannot be used, and not only for the moment in which it is written; the old value stays. Once per state of the file. */
  readonly rejected: (reason: string) => void;
}

/** A file that cannot be used. The message has every mistake, by place and rule, and none of the values. */
export class BadFile extends Error {
  override readonly name: string = 'BadFile';
  /** Each by itself. */
  readonly mistakes: readonly string[];

  constructor(mistakes: string | readonly string[]) {
    const all = typeof mistakes === 'string' ? [mistakes] : mistakes;
    super(all.join('; '));
    this.mistakes = all;
  }
}

/** Far more than anybody writes by hand. */
const MAX_BYTES = 16 * 1024 * 1024;

/** The value of a file that may change at any time. A bad file never replaces a good value. */
export class WatchedFile<T> {
  readonly #watched: Watched<T>;
  #value: T;
  #text: string | undefined;
  readonly #settling = new Settling();
  #unannounced = false;
  #followed: Followed | undefined;

  constructor(watched: Watched<T>) {
    this.#watched = watched;
    this.#value = watched.without;
  }

  /** Take it anew for each use. */
  get value(): T {
    return this.#value;
  }

  /** @throws {BadFile} also when the file cannot be read: a server does not start with what it does not understand. */
  async start(): Promise<void> {
    const { path, setting, parse } = this.#watched;
    if (path === undefined) return;
    const text = await readText(path, setting);
    this.#value = parse(text);
    this.#text = text;
    this.#followed = follow([path], () => this.#read(path));
  }

  /** Looks at the file now. When it resolves, what the file held at the call is in force or rejected. */
  async look(): Promise<void> {
    await this.#followed?.look();
  }

  close(): void {
    this.#followed?.close();
  }

  async #read(path: string): Promise<void> {
    const { setting, parse, rejected, changed } = this.#watched;
    try {
      const text = await readText(path, setting);
      if (text !== this.#text) {
        this.#value = parse(text);
        this.#text = text;
        this.#unannounced = true;
      }
      this.#settling.clear();
    } catch (error) {
      const reason = error instanceof BadFile ? error.message : 'unreadable';
      if (this.#settling.isToBeTold(reason, performance.now())) rejected(reason);
    }
    if (!this.#unannounced) return;
    this.#unannounced = false;
    await changed().catch(() => {
      this.#unannounced = true;
    });
  }
}

/** @throws {BadFile} */
export async function readText(path: string, setting: string): Promise<string> {
  try {
    return (await readBounded(path, MAX_BYTES)).bytes.toString('utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    throw new BadFile(`the file cannot be read (${code}): check ${setting} and the rights of the file`);
  }
}

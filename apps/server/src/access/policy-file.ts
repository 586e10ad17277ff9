import { type FSWatcher, watch } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Policy } from './decide.ts';
import { BadPolicy, DEFAULT_POLICY, parsePolicy } from './policy.ts';

/** Who hears of changes. */
export interface PolicyListener {
  /** The new policy decides from now on in this process. Called again with the next look at the file until it resolves. */
  changed(): Promise<void>;
  /** The file cannot be used; the old policy stays. Once per state of the file. */
  rejected(reason: string): void;
}

/** How often the file is looked at besides the notices of the system, which some file systems do not give. */
const LOOK_MS = 500;

/** The policy in force, and its file, which may change at any time. A bad file never replaces a good policy. */
export class PolicyFileWatch {
  readonly #path: string | undefined;
  readonly #listener: PolicyListener;
  #policy: Policy = DEFAULT_POLICY;
  #text: string | undefined;
  #rejected: string | undefined;
  #unannounced = false;
  #looking: Promise<void> | undefined;
  #again = false;
  #timer: NodeJS.Timeout | undefined;
  #watcher: FSWatcher | undefined;

  /** @param path absent: the default policy for ever. */
  constructor(path: string | undefined, listener: PolicyListener) {
    this.#path = path;
    this.#listener = listener;
  }

  get policy(): Policy {
    return this.#policy;
  }

  /** @throws {BadPolicy} also when the file cannot be read: a server does not start with a policy it does not understand. */
  async start(): Promise<void> {
    if (this.#path === undefined) return;
    const text = await readText(this.#path);
    this.#policy = parsePolicy(text);
    this.#text = text;
    this.#timer = setInterval(() => void this.look(), LOOK_MS).unref();
    try {
      // The directory, not the file: a mounted secret or an editor replaces the file, and a watch on it would end.
      this.#watcher = watch(dirname(this.#path), { persistent: false }, () => void this.look());
      this.#watcher.on('error', () => this.#watcher?.close());
    } catch {
      // The system has no watches left: looking twice a second does the same, later.
    }
  }

  /** Looks at the file now. When it resolves, what the file held at the call is in force or rejected. */
  look(): Promise<void> {
    if (this.#path === undefined) return Promise.resolve();
    if (this.#looking === undefined) {
      this.#looking = this.#run(this.#path).finally(() => {
        this.#looking = undefined;
      });
    } else {
      this.#again = true;
    }
    return this.#looking;
  }

  close(): void {
    clearInterval(this.#timer);
    this.#watcher?.close();
  }

  async #run(path: string): Promise<void> {
    do {
      this.#again = false;
      await this.#read(path);
    } while (this.#again);
  }

  async #read(path: string): Promise<void> {
    try {
      const text = await readText(path);
      if (text !== this.#text) {
        this.#policy = parsePolicy(text);
        this.#text = text;
        this.#unannounced = true;
      }
      this.#rejected = undefined;
    } catch (error) {
      const reason = error instanceof BadPolicy ? error.message : 'unreadable';
      if (reason !== this.#rejected) this.#listener.rejected(reason);
      this.#rejected = reason;
    }
    if (!this.#unannounced) return;
    this.#unannounced = false;
    await this.#listener.changed().catch(() => {
      this.#unannounced = true;
    });
  }
}

/** The policy of the file, or the default where there is none. @throws {BadPolicy} */
export async function loadPolicy(path: string | undefined): Promise<Policy> {
  return path === undefined ? DEFAULT_POLICY : parsePolicy(await readText(path));
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    throw new BadPolicy(`the policy file cannot be read (${code}): check OJS_POLICY_FILE and the rights of the file`);
  }
}

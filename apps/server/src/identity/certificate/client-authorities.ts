import { createHash } from 'node:crypto';
import { type Followed, follow } from '../../connection/follow.ts';
import type { Authority } from './authority.ts';
import { AuthorityFiles, type AuthorityListener } from './authority-files.ts';
import type { Certificate } from './certificate.ts';
import { type Good, judge, type Verdict } from './judge.ts';
import { voucherOf } from './rules.ts';
import type { AuthoritySettings, Certificates } from './settings.ts';

export interface ClientAuthoritiesOptions {
  /** The section of the identity file as it is now. */
  readonly settings: () => Certificates;
  readonly listener: AuthorityListener;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

/** How many certificates are remembered with their verdict. */
const MOST_VERDICTS = 10_000;
/** How many intermediates of good certificates are remembered. */
const MOST_INTERMEDIATES = 100;

/** Whose client certificates are believed: follows the files of the authorities, and judges certificates by them. */
export class ClientAuthorities {
  readonly #options: ClientAuthoritiesOptions;
  readonly #now: () => number;
  readonly #onLook = new Set<() => void>();
  readonly #verdicts = new Map<string, Good>();
  readonly #intermediates = new Map<string, Certificate>();
  #files: readonly AuthorityFiles[] = [];
  #authorities: readonly Authority[] = [];
  #generation = 0;
  #followed: Followed | undefined;

  constructor(options: ClientAuthoritiesOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** Rises with every change: what was judged under another one must be judged again. */
  get generation(): number {
    return this.#generation;
  }

  /** Whether any authority is configured. */
  get isEmpty(): boolean {
    return this.#files.length === 0;
  }

  /** All CAs, PEM: what TLS tells clients that it takes. */
  get ca(): readonly string[] {
    return this.#files.map(({ ca }) => ca).filter((ca) => ca !== '');
  }

  /** Reads the files and begins to follow them. */
  async start(): Promise<void> {
    await this.#look();
  }

  /** Looks at settings and files now. */
  look(): Promise<void> {
    return this.#followed?.look() ?? this.#look();
  }

  /** Calls back after each look, at least twice a second. */
  onLook(callback: () => void): void {
    this.#onLook.add(callback);
  }

  close(): void {
    this.#followed?.close();
  }

  /**
   * Judges a certificate by what is believed now. Good ones are remembered, so that asking again costs nothing and gives the same
   * object.
   * @param chain DER, the client's own first
   */
  judge(chain: readonly Buffer[]): Verdict {
    const now = this.#now();
    const key = digestOf(chain);
    const known = this.#verdicts.get(key);
    if (known !== undefined && now < known.until) return known;
    // A resumed session has the certificate of the client alone: the others are those that it came with before.
    const cameBefore = chain.length === 1 ? [...this.#intermediates.values()] : [];
    const verdict = judge(chain, this.#authorities, now, cameBefore);
    if ('certificate' in verdict) {
      remember(this.#verdicts, key, verdict, MOST_VERDICTS);
      for (const each of verdict.intermediates) {
        remember(this.#intermediates, each.thumbprint, each, MOST_INTERMEDIATES);
      }
    }
    return verdict;
  }

  /** Whether an authority is still configured, by its name of {@link voucherOf}. */
  believes(voucher: string): boolean {
    return this.#authorities.some(({ id }) => voucherOf(id) === voucher);
  }

  /** Whether a token may still count that was issued for a certificate, by the id of its credential. */
  stillVouches(credential: string): boolean {
    const [id, serial = ''] = credential.split(':');
    const authority = this.#authorities.find((each) => each.id === id);
    // Which of its CAs issued the certificate is not known here: a serial number on any list ends the token.
    return authority !== undefined && ![...authority.lists.values()].some(({ revoked }) => revoked.has(serial));
  }

  async #look(): Promise<void> {
    this.#followSettings();
    await Promise.all(this.#files.map((each) => each.look()));
    const authorities = this.#files.flatMap(({ authority }) => authority ?? []);
    const isSame =
      authorities.length === this.#authorities.length &&
      authorities.every((each, at) => each === this.#authorities[at]);
    if (!isSame) {
      this.#authorities = authorities;
      this.#verdicts.clear();
      this.#generation++;
    }
    for (const callback of this.#onLook) callback();
  }

  #followSettings(): void {
    const { authorities } = this.#options.settings();
    const isSame =
      this.#followed !== undefined &&
      authorities.length === this.#files.length &&
      authorities.every((each, at) => equal(each, this.#files[at]?.settings));
    if (isSame) return;
    const { listener } = this.#options;
    this.#files = authorities.map(
      (each) =>
        this.#files.find(({ settings }) => equal(settings, each)) ?? new AuthorityFiles(each, listener, this.#now),
    );
    this.#followed?.close();
    const paths = authorities.flatMap(({ caFile, crlFile }) => (crlFile === undefined ? [caFile] : [caFile, crlFile]));
    this.#followed = follow(paths, () => this.#look());
  }
}

const equal = (one: AuthoritySettings, other: AuthoritySettings | undefined): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

const digestOf = (chain: readonly Buffer[]): string => {
  const hash = createHash('sha256');
  for (const der of chain) hash.update(String(der.length)).update(' ').update(der);
  return hash.digest('base64');
};

function remember<V>(memory: Map<string, V>, key: string, value: V, most: number): void {
  memory.delete(key);
  memory.set(key, value);
  const [oldest] = memory.keys();
  if (memory.size > most && oldest !== undefined) memory.delete(oldest);
}

import { type Followed, follow } from '../../config/follow.ts';
import type { Authority } from './authority.ts';
import { AuthorityFiles, type AuthorityListener } from './authority-files.ts';
import type { Verdict } from './judge.ts';
import type { RevocationList } from './revocation-list.ts';
import { voucherOf } from './rules.ts';
import type { AuthoritySettings, Certificates } from './settings.ts';
import { Verdicts } from './verdicts.ts';

export interface ClientAuthoritiesOptions {
  /** The section of the identity file as it is now. */
  readonly settings: () => Certificates;
  readonly listener: AuthorityListener;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

/** Whose client certificates are believed: follows the files of the authorities, and judges certificates by them. */
export class ClientAuthorities {
  readonly #options: ClientAuthoritiesOptions;
  readonly #now: () => number;
  readonly #onLook = new Set<() => void>();
  readonly #verdicts: Verdicts;
  #files: readonly AuthorityFiles[] = [];
  #generation = 0;
  #followed: Followed | undefined;

  constructor(options: ClientAuthoritiesOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#verdicts = new Verdicts(this.#now);
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
   * Judges a certificate by what is believed now.
   * @param chain DER, the client's own first
   */
  judge(chain: readonly Buffer[]): Verdict {
    return this.#verdicts.judge(chain);
  }

  /**
   * Whether what was left to be done later may still be done: the authority is configured, and the certificate was not revoked
   * for a reason that says that others may have had its key.
   * @param voucher see {@link voucherOf}. @param credential the id of the certificate as a credential.
   */
  believes(voucher: string, credential = ''): boolean {
    const serial = serialOf(credential);
    const authority = this.#verdicts.authorities.find(({ id }) => voucherOf(id) === voucher);
    return (
      authority !== undefined &&
      !listsOf(authority).some((list) => list.revoked.has(serial) && !list.retired.has(serial))
    );
  }

  /** Whether a token may still count that was issued for a certificate, by the id of its credential. */
  stillVouches(credential: string): boolean {
    const [id] = credential.split(':');
    const authority = this.#verdicts.authorities.find((each) => each.id === id);
    return authority !== undefined && !listsOf(authority).some(({ revoked }) => revoked.has(serialOf(credential)));
  }

  async #look(): Promise<void> {
    this.#followSettings();
    await Promise.all(this.#files.map((each) => each.look()));
    const authorities = this.#files.flatMap(({ authority }) => authority ?? []);
    const before = this.#verdicts.authorities;
    const isSame = authorities.length === before.length && authorities.every((each, at) => each === before[at]);
    if (!isSame) {
      this.#verdicts.believe(authorities);
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

/** Which CA of the authority issued the certificate is not known later: a serial number on any of its lists counts. */
const listsOf = ({ lists }: Authority): readonly RevocationList[] => [...lists.values()];

/** See `subjectOf` of the rules. */
const serialOf = (credential: string): string => credential.split(':')[1] ?? '';

import { stat } from 'node:fs/promises';
import { readBounded } from '../../config/read-bounded.ts';
import { codeOf } from '../../config/secrets.ts';
import { Settling } from '../../config/settling.ts';
import { type Authority, anchorsOf, readAuthorities } from './authority.ts';
import { Malformed } from './der.ts';
import { type Lists, readLists } from './read-lists.ts';
import { MOST_CRL_BYTES } from './revocation-list.ts';
import type { AuthoritySettings } from './settings.ts';

/** A hundred CAs have less. */
const MOST_CA_BYTES = 1024 * 1024;

/** Who hears of what happens to the files of an authority. */
export interface AuthorityListener {
  /** The file cannot be used; what was in force stays. Once per state of the file. */
  rejected(kind: 'ca' | 'crl', authority: AuthoritySettings, reason: string): void;
  /** In force from now on. */
  reloaded(kind: 'ca' | 'crl', authority: Authority): void;
  /** A revocation list in force has passed its nextUpdate. Once per list. */
  expired(authority: Authority): void;
}

/** One authority as its files say, which may change at any time. A bad file never replaces what a good one said. */
export class AuthorityFiles {
  readonly settings: AuthoritySettings;
  readonly #listener: AuthorityListener;
  readonly #now: () => number;
  readonly #settling = { ca: new Settling(), crl: new Settling() };
  #ca: Buffer | undefined;
  #crlStat: string | undefined;
  #told: Lists | undefined;
  #authority: Authority | undefined;

  /** @param now milliseconds since the epoch. */
  constructor(settings: AuthoritySettings, listener: AuthorityListener, now: () => number) {
    this.settings = settings;
    this.#listener = listener;
    this.#now = now;
  }

  /** As it is now; undefined while its CA file was never readable. A change makes a new object. */
  get authority(): Authority | undefined {
    return this.#authority;
  }

  /** PEM of its CA file. */
  get ca(): string {
    return this.#ca?.toString('latin1') ?? '';
  }

  /** Looks at the files. Never rejects. */
  async look(): Promise<void> {
    await this.#attempt('ca', () => this.#lookAtCa());
    await this.#attempt('crl', () => this.#lookAtCrl());
    const { authority } = this;
    if (authority === undefined || this.#told === authority.lists) return;
    if (![...authority.lists.values()].some(({ nextUpdate }) => this.#now() >= nextUpdate)) return;
    this.#told = authority.lists;
    this.#listener.expired(authority);
  }

  async #attempt(kind: 'ca' | 'crl', look: () => Promise<void>): Promise<void> {
    try {
      await look();
      this.#settling[kind].clear();
    } catch (error) {
      const reason = error instanceof Malformed ? error.message : `cannot be read (${codeOf(error)})`;
      if (this.#settling[kind].isToBeTold(reason, this.#now())) {
        this.#listener.rejected(kind, this.settings, reason);
      }
    }
  }

  async #lookAtCa(): Promise<void> {
    const { id, caFile, crlFile, crl, tenant } = this.settings;
    const { bytes } = await readBounded(caFile, MOST_CA_BYTES);
    if (this.#ca?.equals(bytes)) return;
    const isFirst = this.#ca === undefined;
    const { anchors, intermediates } = anchorsOf(readAuthorities(bytes.toString('latin1')));
    const signers = new Set([...anchors, ...intermediates].map(({ signer }) => signer));
    const kept = [...(this.#authority?.lists ?? [])].filter(([issuer]) => signers.has(issuer));
    this.#ca = bytes;
    // Whoever is new in the file may have a list there already.
    this.#crlStat = undefined;
    const policy = crlFile === undefined ? 'none' : crl;
    this.#authority = { id, tenant, crl: policy, anchors, intermediates, lists: new Map(kept) };
    if (!isFirst) this.#listener.reloaded('ca', this.#authority);
  }

  async #lookAtCrl(): Promise<void> {
    const { crlFile } = this.settings;
    const authority = this.#authority;
    if (crlFile === undefined || authority === undefined) return;
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(crlFile, { bigint: true });
    const state = [dev, ino, size, mtimeNs, ctimeNs].join(' ');
    // Lists can be large: they are read again only where the file is another one.
    if (state === this.#crlStat) return;
    const { bytes } = await readBounded(crlFile, MOST_CRL_BYTES);
    const issuers = [...authority.anchors, ...authority.intermediates];
    const lists = await readLists(bytes, issuers, authority.lists, this.#now());
    this.#crlStat = state;
    this.#authority = { ...authority, lists };
    this.#listener.reloaded('crl', this.#authority);
  }
}

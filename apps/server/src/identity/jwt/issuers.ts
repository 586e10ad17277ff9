import type { AccessLog } from '../../access/log.ts';
import type { AuditLog } from '../../audit/audit.ts';
import { serverEvent } from '../../audit/server-event.ts';
import type { Send } from '../../outgoing/send.ts';
import type { IdentityFile } from '../identity-file.ts';
import { type Keys, type KeysListener, RemoteKeys, staticKeys } from './jwks.ts';
import type { Issuer } from './settings.ts';

/** An issuer that is believed, and its keys as they are now. */
export interface LiveIssuer {
  readonly settings: Issuer;
  readonly keys: Keys;
}

export interface LiveIssuersOptions {
  /** What is believed now: another object when it changed. */
  readonly believed: () => Pick<IdentityFile, 'issuers'>;
  readonly send: Send;
  readonly log: AccessLog;
  readonly audit: AuditLog;
  /** Milliseconds of a clock that nobody sets. */
  readonly steady: () => number;
}

/** The issuers that are believed, by what `iss` says. Follows the settings; an issuer whose settings stay keeps its keys. */
export class LiveIssuers {
  readonly #options: LiveIssuersOptions;
  #seen: readonly Issuer[] = [];
  #live = new Map<string, LiveIssuer>();

  constructor(options: LiveIssuersOptions) {
    this.#options = options;
  }

  find(issuer: string): LiveIssuer | undefined {
    return this.#current().get(issuer);
  }

  /** Fetches the keys of all, so that the first requests need not wait. Resolves with those whose certificate is not believed. */
  async start(): Promise<Issuer[]> {
    const all = [...this.#current().values()];
    await Promise.all(all.map(({ keys }) => keys.renew()));
    return all.filter(({ keys }) => keys.failure() === 'tls_failed').map(({ settings }) => settings);
  }

  close(): void {
    for (const { keys } of this.#live.values()) keys.close();
  }

  #current(): ReadonlyMap<string, LiveIssuer> {
    const { issuers: believed } = this.#options.believed();
    if (believed !== this.#seen) {
      const before = this.#live;
      this.#seen = believed;
      this.#live = new Map(believed.map((settings) => [settings.issuer, this.#open(settings, before)]));
      for (const [issuer, live] of before) if (this.#live.get(issuer) !== live) live.keys.close();
    }
    return this.#live;
  }

  #open(settings: Issuer, before: ReadonlyMap<string, LiveIssuer>): LiveIssuer {
    const known = before.get(settings.issuer);
    if (known && JSON.stringify(known.settings) === JSON.stringify(settings)) return known;
    const { jwksUrl: url, keys = [], algorithms, name } = settings;
    if (url === undefined) return { settings, keys: staticKeys(keys, algorithms) };
    const { send, steady } = this.#options;
    return { settings, keys: new RemoteKeys({ url, algorithms, send, steady, listener: this.#listener(name) }) };
  }

  #listener(issuer: string): KeysListener {
    const { log, audit } = this.#options;
    return {
      changed(added, removed) {
        log.info({ issuer, added, removed }, 'the keys of an issuer changed');
        audit.record(serverEvent('issuer.keys.changed', 'success', { issuer, added, removed }));
      },
      unused(keys) {
        const why = keys.map((key) => `keys.${key.at}: ${key.why}`);
        log.warn({ issuer, why }, 'keys that an issuer publishes are not used');
      },
      failed(why) {
        log.warn({ issuer, why }, 'the keys of an issuer cannot be fetched; those that are known are used for an hour');
        audit.record(serverEvent('issuer.keys.unavailable', 'failure', { issuer }));
      },
    };
  }
}

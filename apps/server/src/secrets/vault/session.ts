import type { Secret } from '../../config/secret.ts';
import type { AskVault } from './client.ts';
import { type Granted, logIn, renew, type VaultLogin } from './login.ts';

/** A token is renewed when this part of its life is over. */
const RENEW_AT = 0.5;
/** So long before its end a token is not used any more; milliseconds. */
const MARGIN_MS = 2_000;

/** Keeps one token of Vault alive: logs in when there is none, renews it in time. Only one of both at a time. */
export class VaultSession {
  readonly #ask: AskVault;
  readonly #login: VaultLogin;
  readonly #now: () => number;
  #held: { readonly granted: Granted; readonly since: number } | undefined;
  #asking: Promise<Secret> | undefined;

  /** @param now milliseconds of a clock that never jumps. */
  constructor(ask: AskVault, login: VaultLogin, now: () => number = () => performance.now()) {
    this.#ask = ask;
    this.#login = login;
    this.#now = now;
  }

  /** A token that can be used now. @throws {VaultFailure} */
  token(): Promise<Secret> {
    this.#asking ??= this.#fresh().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  /** Vault does not know this token any more, or it may have less rights than a new one. */
  forget(token: Secret): void {
    if (this.#held?.granted.token === token) this.#held = undefined;
  }

  /** Until the token should be renewed; milliseconds. */
  dueInMs(): number {
    const { granted, since } = this.#held ?? {};
    if (granted === undefined || since === undefined || granted.leaseSeconds === 0) return Number.POSITIVE_INFINITY;
    return Math.max(0, since + granted.leaseSeconds * 1_000 * RENEW_AT - this.#now());
  }

  async #fresh(): Promise<Secret> {
    const { granted, since = 0 } = this.#held ?? {};
    const age = this.#now() - since;
    const life = (granted?.leaseSeconds ?? 0) * 1_000;
    if (granted !== undefined && !this.#isReplaced(granted.token)) {
      if (life === 0 || age < life * RENEW_AT) return granted.token;
      const isAlive = age < life - MARGIN_MS;
      const renewed =
        granted.renewable && isAlive ? await renew(this.#ask, granted.token).catch(() => undefined) : undefined;
      if (renewed !== undefined) return this.#hold(renewed);
    }
    try {
      return this.#hold(await logIn(this.#ask, this.#login));
    } catch (error) {
      // What is left of the old token's life may bridge the time until a login is possible again.
      if (granted !== undefined && age < life - MARGIN_MS) return granted.token;
      throw error;
    }
  }

  /** Whether the operator has given another token meanwhile. */
  #isReplaced(token: Secret): boolean {
    return this.#login.method === 'token' && this.#login.token()?.reveal() !== token.reveal();
  }

  #hold(granted: Granted): Secret {
    this.#held = { granted, since: this.#now() };
    return granted.token;
  }
}

import { randomBytes } from 'node:crypto';
import { Secret } from '../../config/secret.ts';

/** How secrets are made unreadable before they are written: an authenticated cipher that binds them to a context. */
export interface Seal {
  seal(context: string, text: string): string;
  /** @throws what says that it was sealed with another key, in another context, or changed since. */
  open(context: string, sealed: string): string;
}

/** For an engine without webhooks: what cannot be sealed is not written. */
export const NO_SEAL: Seal = {
  seal: () => refuse(),
  open: () => refuse(),
};
const refuse = (): never => {
  throw new Error('the secrets of webhooks need a seal');
};

/** Where a subscription's secrets belong: sealed in another place, they open nowhere else. */
export const sealContext = (tenant: string, subscription: string): string => `webhook ${tenant}/${subscription}`;

/** Servers before sealing wrote the JSON itself. */
export const isPlain = (text: string): boolean => text.startsWith('{');

/**
 * The secrets of a subscription, and the only place that knows how they are kept. They have to be usable, so no hash will do: what is written is
 * sealed. What an older server wrote in plain is read, and sealed when it is next written.
 */
export class WebhookSecrets {
  readonly current: Secret;
  readonly #previous: Secret | undefined;
  /** Until when the previous one signs too; ms since the epoch. */
  readonly previousUntil: number | undefined;

  private constructor(current: Secret, previous?: Secret, previousUntil?: number) {
    this.current = current;
    this.#previous = previous;
    this.previousUntil = previousUntil;
  }

  /** @param given a secret that the caller chose; else 256 random bits. */
  static create(given?: string): WebhookSecrets {
    return new WebhookSecrets(new Secret(given ?? `whsec_${randomBytes(32).toString('base64url')}`));
  }

  /** @throws what `seal.open` throws. */
  static unsealed(text: string, seal: Seal, context: string): WebhookSecrets {
    const json = isPlain(text) ? text : seal.open(context, text);
    const { current, previous, previousUntil } = JSON.parse(json) as Record<string, never>;
    return new WebhookSecrets(new Secret(current ?? ''), previous && new Secret(previous), previousUntil);
  }

  sealed(seal: Seal, context: string): string {
    const json = JSON.stringify({
      current: this.current.reveal(),
      ...(this.#previous && { previous: this.#previous.reveal(), previousUntil: this.previousUntil }),
    });
    return seal.seal(context, json);
  }

  /** A new secret now; the one before it signs too until the moment. Older ones are forgotten. */
  rotate(given: string | undefined, previousUntil: number): WebhookSecrets {
    return new WebhookSecrets(WebhookSecrets.create(given).current, this.current, previousUntil);
  }

  /** The newest first. */
  validAt(now: number): Secret[] {
    const isPreviousValid = this.#previous !== undefined && now < (this.previousUntil ?? 0);
    return isPreviousValid && this.#previous ? [this.current, this.#previous] : [this.current];
  }
}

import { randomBytes } from 'node:crypto';
import { Secret } from '../../config/secret.ts';

/**
 * The secrets of a subscription, and the only place that knows how they are kept. They have to be usable, so no hash will do. What is written
 * is `encode`, what is read goes through `decode`: whoever encrypts them at rest does it here.
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

  static decode(text: string): WebhookSecrets {
    const { current, previous, previousUntil } = JSON.parse(text) as Record<string, never>;
    return new WebhookSecrets(new Secret(current ?? ''), previous && new Secret(previous), previousUntil);
  }

  encode(): string {
    return JSON.stringify({
      current: this.current.reveal(),
      ...(this.#previous && { previous: this.#previous.reveal(), previousUntil: this.previousUntil }),
    });
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

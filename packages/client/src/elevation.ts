import { redacted, refusalOf } from './answer.ts';
import { OjsError } from './errors.ts';

/** Asks a person for a code of the authenticator, or for a recovery code. */
export type SecondFactor = () => string | Promise<string>;

/** A token that was elevated. `isBound`: it is worth nothing without a proof of the credential's key (RFC 9449). */
export interface Elevated {
  readonly token: string;
  readonly isBound: boolean;
}

/** Sends a request with the credential. */
type Post = (path: string, contentType: string, body: string) => Promise<{ status: number; body: string }>;

const PATH = '/ojs/v1/auth/elevate';
/** Six digits are a code of an authenticator. */
const CODE = /^\d{6}$/;
/** Not used when it ends sooner than this, in milliseconds. */
const LEFT_MS = 5_000;

/**
 * Shows the second factor when the server asks for one, and keeps what it gave until it ends: the person is asked once for all
 * that happens in that time, and by one question at a time.
 */
export class Elevation {
  readonly #ask: SecondFactor;
  #held: (Elevated & { readonly endsAt: number }) | undefined;
  #asking: Promise<Elevated> | undefined;

  constructor(ask: SecondFactor) {
    this.#ask = ask;
  }

  /** @throws {OjsError} when the server refuses the code */
  get(post: Post): Promise<Elevated> {
    if (this.#held !== undefined && performance.now() < this.#held.endsAt) return Promise.resolve(this.#held);
    this.#asking ??= this.#elevate(post).finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  /** What it gave was refused: the credential that it came of has ended, or is another one now. */
  forget(): void {
    this.#held = undefined;
  }

  async #elevate(post: Post): Promise<Elevated> {
    const code = (await this.#ask()).trim();
    const shown = JSON.stringify(CODE.test(code) ? { code } : { recovery_code: code });
    const since = performance.now();
    const { status, body } = await post(PATH, 'application/openjobspec+json', shown);
    const answer = read(status < 300 ? body : redacted(body, code));
    if (status >= 300) throw refusalOf(Object(answer.error), { status, operation: 'elevate' });
    const { access_token, token_type, expires_in } = answer;
    if (typeof access_token !== 'string' || typeof expires_in !== 'number')
      throw new OjsError('The server answered the second factor without a token', { code: 'invalid_answer' });
    this.#held = {
      token: access_token,
      isBound: token_type === 'DPoP',
      endsAt: since + expires_in * 1_000 - LEFT_MS,
    };
    return this.#held;
  }
}

function read(body: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(body));
  } catch {
    return {};
  }
}

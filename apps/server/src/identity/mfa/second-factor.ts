import type { RedisClient } from '../../redis/connect.ts';
import type { Sealer } from '../seal.ts';
import { type AttemptLimit, countAttempt, forgiveAttempt } from './attempts.ts';
import { attemptsOf, contextOf, type Enrolment, Enrolments, type Owner } from './enrolments.ts';
import { isRecoveryCode, numberOf } from './recovery-codes.ts';
import { matchingStep } from './totp.ts';

/** What an admin enters: one of the two, in the form that the schema of the request checked. */
export interface PresentedFactor {
  readonly code?: string | undefined;
  readonly recovery_code?: string | undefined;
}

/** Why it was not accepted, for the audit log. */
export type FactorFailure = 'not_enrolled' | 'not_confirmed' | 'wrong_code' | 'used_code' | 'unreadable_secret';

export type FactorVerdict =
  | { readonly verified: 'totp' }
  | { readonly verified: 'recovery_code'; readonly left: number }
  | { readonly failed: FactorFailure }
  | { readonly lockedSeconds: number };

export interface SecondFactorOptions {
  readonly redis: RedisClient;
  readonly sealer: Sealer;
  readonly limits?: readonly AttemptLimit[];
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

/** Verifies codes of principals, each once, and slows down who guesses. */
export class SecondFactor {
  readonly #redis: RedisClient;
  readonly #sealer: Sealer;
  readonly #enrolments: Enrolments;
  readonly #limits: readonly AttemptLimit[] | undefined;
  readonly #now: () => number;

  constructor({ redis, sealer, limits, now = Date.now }: SecondFactorOptions) {
    this.#redis = redis;
    this.#sealer = sealer;
    this.#enrolments = new Enrolments(redis);
    this.#limits = limits;
    this.#now = now;
  }

  /** Counts the attempt, then looks at the code. Rejects with what Redis throws: the attempt then stays counted. */
  async verify(owner: Owner, presented: PresentedFactor): Promise<FactorVerdict> {
    const attempt = await countAttempt(this.#redis, attemptsOf(owner), this.#limits);
    if ('waitMs' in attempt) return { lockedSeconds: Math.ceil(attempt.waitMs / 1_000) };
    const enrolment = await this.#enrolments.read(owner);
    const verdict = await this.#judge(owner, enrolment, presented);
    // A principal without a second factor guessed nothing; who succeeded did not either. Earlier failures stay counted.
    const isFailure = 'failed' in verdict && enrolment?.confirmedAt !== undefined;
    if (!isFailure) await forgiveAttempt(this.#redis, attemptsOf(owner), attempt.id);
    return verdict;
  }

  #judge(owner: Owner, enrolment: Enrolment | undefined, presented: PresentedFactor): Promise<FactorVerdict> {
    const failed = async (why: FactorFailure): Promise<FactorVerdict> => ({ failed: why });
    if (enrolment === undefined) return failed('not_enrolled');
    if (enrolment.confirmedAt === undefined) return failed('not_confirmed');
    const { code, recovery_code } = presented;
    if (code !== undefined) return this.#judgeCode(owner, enrolment, code);
    return recovery_code === undefined ? failed('wrong_code') : this.#judgeRecovery(owner, enrolment, recovery_code);
  }

  async #judgeCode(owner: Owner, { sealed }: Enrolment, code: string): Promise<FactorVerdict> {
    const secret = openSecret(this.#sealer, owner, sealed);
    if (secret === undefined) return { failed: 'unreadable_secret' };
    const step = matchingStep(secret, code, this.#now());
    if (step === undefined) return { failed: 'wrong_code' };
    if (!(await this.#enrolments.useStep(owner, sealed, step))) return { failed: 'used_code' };
    const { isCurrent, seal } = this.#sealer;
    // So that the server key before the present one can be thrown away some day.
    if (!isCurrent(sealed)) await this.#enrolments.reseal(owner, sealed, seal(contextOf(owner), secret));
    return { verified: 'totp' };
  }

  async #judgeRecovery(owner: Owner, { codes }: Enrolment, code: string): Promise<FactorVerdict> {
    const number = numberOf(code);
    const hash = codes.get(number);
    if (hash === undefined) return { failed: 'used_code' };
    if (!(await isRecoveryCode(code, hash))) return { failed: 'wrong_code' };
    const isFirst = await this.#enrolments.useCode(owner, number, hash);
    return isFirst ? { verified: 'recovery_code', left: codes.size - 1 } : { failed: 'used_code' };
  }
}

/** The TOTP secret, or undefined when no server key opens it. */
export function openSecret(sealer: Sealer, owner: Owner, sealed: string): string | undefined {
  try {
    return sealer.open(contextOf(owner), sealed);
  } catch {
    return undefined;
  }
}

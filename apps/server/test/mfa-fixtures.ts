import { Secret, TOTP } from 'otpauth';
import { contextOf, Enrolments, type Owner } from '../src/identity/mfa/enrolments.ts';
import { newRecoveryCodes } from '../src/identity/mfa/recovery-codes.ts';
import { newTotpSecret } from '../src/identity/mfa/totp.ts';
import type { Sealer } from '../src/identity/seal.ts';
import type { RedisClient } from '../src/redis/connect.ts';

const STEP_MS = 30_000;
const NEAR = [-1, 0, 1];

/** Gives a principal a second factor that is in force. @returns what its owner has: the authenticator, and two recovery codes. */
export async function enrol(redis: RedisClient, sealer: Sealer, owner: Owner, now: () => number = Date.now) {
  const secret = newTotpSecret();
  const recovery = await newRecoveryCodes(2);
  const enrolments = new Enrolments(redis);
  const sealed = sealer.seal(contextOf(owner), secret);
  await enrolments.enrol(owner, sealed, recovery, now());
  await enrolments.confirm(owner, sealed, 0, now());
  const totp = new TOTP({ secret: Secret.fromBase32(secret) });
  const code = (steps = 0): string => totp.generate({ timestamp: now() + steps * STEP_MS });
  return {
    secret,
    sealed,
    enrolments,
    recovery: recovery.map(({ text }) => text),
    /** What the authenticator shows, some steps from now. */
    code,
    /** Six digits that it does not show. */
    wrong: (): string =>
      ['000000', '111111', '222222', '333333'].find((each) => !NEAR.map(code).includes(each)) as string,
  };
}

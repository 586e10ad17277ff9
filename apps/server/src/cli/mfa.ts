import { renderUnicodeCompact } from 'uqr';
import type { AuditLog } from '../audit/audit.ts';
import { listCredentials } from '../identity/credential-changes.ts';
import { contextOf, type Enrolment, Enrolments, type Owner } from '../identity/mfa/enrolments.ts';
import { newRecoveryCodes } from '../identity/mfa/recovery-codes.ts';
import { openSecret } from '../identity/mfa/second-factor.ts';
import { matchingStep, newTotpSecret, totpUri } from '../identity/mfa/totp.ts';
import type { Sealer } from '../identity/seal.ts';
import type { RedisClient } from '../redis/connect.ts';
import { UsageError } from './keys-arguments.ts';
import { localUser } from './local-user.ts';
import { parseMfaArguments } from './mfa-arguments.ts';

/** What the commands work on. */
export interface MfaEnvironment {
  readonly redis: RedisClient;
  readonly sealer: Sealer;
  /** Prints a line on standard output. */
  readonly out: (line: string) => void;
  /** Prints a line on standard error. */
  readonly err: (line: string) => void;
  /** Must not write to standard output, where a program may read the answer. */
  readonly audit: AuditLog;
  /** Reads one line of standard input; undefined at its end. */
  readonly readLine: (prompt: string) => Promise<string | undefined>;
  /** Whether a person sits there, who can be asked. */
  readonly isInteractive: boolean;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

/** What was asked for cannot be done; the message says what to do. */
class MfaRefusal extends Error {
  override readonly name = 'MfaRefusal';
}

/** How often a person may mistype. */
const TRIES = 3;
/** Who the authenticator app says the code is for. */
const ISSUER = 'OJS';

/**
 * `mfa enroll | confirm | status | reset`, on Redis directly: whoever may give out a second factor can reach Redis and knows the
 * server key. Each change is in the audit log as `local:<user>`.
 *
 * @param argv what follows `mfa`.
 * @returns the exit code: 0 done, 1 refused, 2 not understood.
 * @throws what Redis throws
 */
export async function runMfa(argv: readonly string[], environment: MfaEnvironment): Promise<number> {
  try {
    const asked = parseMfaArguments(argv);
    if (asked.command === 'status') await status(environment, asked.json);
    else if (asked.command === 'enroll') await enroll(environment, asked.owner, asked.json);
    else if (asked.command === 'confirm') await confirm(environment, asked.owner);
    else await reset(environment, asked.owner);
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof MfaRefusal)) throw error;
    environment.err(error.message);
    return error instanceof UsageError ? 2 : 1;
  }
}

async function enroll(environment: MfaEnvironment, owner: Owner, json: boolean): Promise<void> {
  const { redis, sealer, out, err, isInteractive, now = Date.now } = environment;
  const secret = newTotpSecret();
  const codes = await newRecoveryCodes();
  if (!(await new Enrolments(redis).enrol(owner, sealer.seal(contextOf(owner), secret), codes, now()))) {
    throw new MfaRefusal(
      'this principal has a second factor: if its authenticator is lost, remove it with `mfa reset` first',
    );
  }
  record(environment, 'mfa.enrollment.started', owner);
  const uri = totpUri(secret, ISSUER, owner.id);
  const texts = codes.map(({ text }) => text);
  if (json) {
    out(JSON.stringify({ principal: owner.id, tenant: owner.tenant, uri, recovery_codes: texts }));
    return;
  }
  if (isInteractive) out(renderUnicodeCompact(uri));
  out(uri);
  out('');
  out('Recovery codes, for when the authenticator is lost; each works once. Neither they nor the URI are shown again:');
  for (const text of texts) out(`  ${text}`);
  out('');
  if (!(await hasCredential(redis, owner))) err(`note: no key on the admin plane belongs to ${owner.id} there yet`);
  if (isInteractive) await confirm(environment, owner);
  else out('Not in force yet: confirm it with `mfa confirm` and a code of the authenticator on standard input.');
}

async function hasCredential(redis: RedisClient, { id, tenant, vouchedBy }: Owner): Promise<boolean> {
  if (vouchedBy !== undefined) return true;
  const { records } = await listCredentials(redis);
  return records.some((each) => each.principal === id && each.tenant === tenant && each.plane === 'admin');
}

async function confirm(environment: MfaEnvironment, owner: Owner): Promise<void> {
  const { redis, sealer, out, readLine, isInteractive, now = Date.now } = environment;
  const enrolments = new Enrolments(redis);
  const enrolment = await enrolments.read(owner);
  if (enrolment === undefined) throw new MfaRefusal('this principal has not begun an enrolment: `mfa enroll` does');
  if (enrolment.confirmedAt !== undefined)
    throw new MfaRefusal('the second factor of this principal is in force already');
  const secret = openSecret(sealer, owner, enrolment.sealed);
  if (secret === undefined) {
    throw new MfaRefusal(
      'the enrolment was made under another OJS_SECRET_SERVER_KEY: set the right one, or enroll anew',
    );
  }
  for (let tries = isInteractive ? TRIES : 1; tries > 0; tries--) {
    const code = await readLine('Code of the authenticator: ');
    if (code === undefined) break;
    const step = /^[0-9]{6}$/.test(code) ? matchingStep(secret, code, now()) : undefined;
    if (step !== undefined && (await enrolments.confirm(owner, enrolment.sealed, step, now()))) {
      record(environment, 'mfa.enrolled', owner);
      out(`The second factor of ${owner.id} is in force.`);
      return;
    }
  }
  record(environment, 'mfa.failed', owner, { reason: 'not_confirmed' });
  throw new MfaRefusal(
    'no code fitted, so it is not in force: check the clocks of both machines, then run `mfa confirm` with a new code',
  );
}

async function reset(environment: MfaEnvironment, owner: Owner): Promise<void> {
  if (!(await new Enrolments(environment.redis).reset(owner))) {
    throw new MfaRefusal('this principal has no second factor: `mfa status` shows who has one');
  }
  record(environment, 'mfa.reset', owner);
  environment.out(`The second factor of ${owner.id} is removed; what it was used for ends within minutes.`);
}

async function status({ redis, out }: MfaEnvironment, json: boolean): Promise<void> {
  const enrolments = new Enrolments(redis);
  const owners = await enrolments.list();
  const found = await Promise.all(owners.map(async (owner) => ({ owner, enrolment: await enrolments.read(owner) })));
  const shown = found.flatMap(({ owner, enrolment }) => (enrolment === undefined ? [] : [shownOf(owner, enrolment)]));
  if (json) {
    out(JSON.stringify({ second_factors: shown }));
    return;
  }
  if (shown.length === 0) out('Nobody has a second factor yet: `mfa enroll` gives one.');
  for (const { principal, tenant, vouched_by, state, since, recovery_codes_left } of shown) {
    const whose = `${principal}  ${tenant}${vouched_by === undefined ? '' : `  ${vouched_by}`}`;
    out(`${whose}  ${state}  since ${since}  ${recovery_codes_left} recovery codes left`);
  }
}

function shownOf({ id, tenant, vouchedBy }: Owner, { confirmedAt, enrolledAt, codes }: Enrolment) {
  return {
    principal: id,
    tenant,
    ...(vouchedBy !== undefined && { vouched_by: vouchedBy }),
    state: confirmedAt === undefined ? 'not confirmed' : 'in force',
    since: new Date(confirmedAt ?? enrolledAt).toISOString(),
    recovery_codes_left: codes.size,
  };
}

function record(
  { audit }: MfaEnvironment,
  event_type: string,
  owner: Owner,
  detail: Record<string, string> = {},
): void {
  const { id, tenant, vouchedBy } = owner;
  const outcome = event_type === 'mfa.failed' ? 'failure' : 'success';
  const of = { of: id, ...(vouchedBy !== undefined && { vouched_by: vouchedBy }) };
  audit.record({ event_type, ...localUser(), tenant, outcome, detail: { ...of, ...detail } });
}

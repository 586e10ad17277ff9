import { parseArgs } from 'node:util';
import { formatTimestamp, TokenId } from '@ojs/schema';
import { bumpEpochs } from '../access/epoch.ts';
import { Tenants } from '../access/tenants.ts';
import type { AuditLog } from '../audit/audit.ts';
import type { Sealer } from '../identity/seal.ts';
import { revokeToken, TooManyRevoked } from '../identity/tokens/revocations.ts';
import { LONGEST_MS, Tokens } from '../identity/tokens/settings.ts';
import {
  listKeys,
  RotationConflict,
  rotateKeys,
  TooManyKeys,
  UnreadableKeys,
} from '../identity/tokens/signing-keys.ts';
import type { RedisClient } from '../redis/connect.ts';
import { duration, UsageError } from './keys-arguments.ts';
import { localUser } from './local-user.ts';

/** What the commands work on. */
export interface TokensEnvironment {
  readonly redis: RedisClient;
  readonly sealer: Sealer;
  /** Prints a line on standard output. */
  readonly out: (line: string) => void;
  /** Prints a line on standard error. */
  readonly err: (line: string) => void;
  readonly audit: AuditLog;
}

const KEYS_USAGE = `usage:
  signing-keys list
  signing-keys rotate [--grace PT24H] [--discard]
     --grace    how long the old key verifies (default PT24H); PT0S ends every token at once
     --discard  begin anew where the keys cannot be opened with the server key; ends every token at once`;
const TOKENS_USAGE = 'usage:\n  tokens revoke JTI    end a token, and what was made of it: its id is in the audit log';

async function list({ redis, sealer, out }: TokensEnvironment): Promise<void> {
  for (const { kid, createdAt, retiresAt } of await listKeys(redis, sealer)) {
    const state = retiresAt === undefined ? 'signs' : `verifies until ${formatTimestamp(retiresAt)}`;
    out(`${kid}  made ${formatTimestamp(createdAt)}  ${state}`);
  }
}

async function rotate(args: string[], { redis, sealer, out, audit }: TokensEnvironment): Promise<void> {
  const { values } = read(args, { grace: { type: 'string' }, discard: { type: 'boolean' } }, KEYS_USAGE);
  const { grace, discard = false } = values;
  const graceMs = grace === undefined ? Tokens.parse({}).keyGraceSeconds * 1_000 : duration('--grace', grace);
  const { kid } = await rotateKeys(redis, sealer, { graceMs, now: Date.now(), discard });
  if (graceMs === 0 || discard) await bumpEpochs(redis, '*', new Tenants(redis));
  const detail = { kid, grace_seconds: graceMs / 1_000, discard };
  audit.record({ event_type: 'signing_key.rotated', ...localUser(), tenant: '*', outcome: 'success', detail });
  out(`${kid} signs from now on.`);
}

async function revoke(args: string[], { redis, out, audit }: TokensEnvironment): Promise<void> {
  const { positionals } = read(args, {}, TOKENS_USAGE);
  const jti = TokenId.safeParse(positionals[0]);
  if (!jti.success || positionals.length !== 1) {
    throw new UsageError(`JTI: must be the id of one token, 22 characters of base64url\n${TOKENS_USAGE}`);
  }
  const now = Date.now();
  await revokeToken(redis, { jti: jti.data, where: '*', until: now + LONGEST_MS }, { now, byAdmin: true });
  await bumpEpochs(redis, '*', new Tenants(redis));
  const detail = { jti: jti.data, by: 'admin' };
  audit.record({ event_type: 'token.revoked', ...localUser(), tenant: '*', outcome: 'success', detail });
  out(`Token ${jti.data} is revoked, and so is what was made of it.`);
}

/** `signing-keys list | rotate`. @returns the exit code: 0 done, 1 refused, 2 not understood. @throws what Redis throws */
export const runSigningKeys = (
  [command, ...args]: readonly string[],
  environment: TokensEnvironment,
): Promise<number> =>
  answered(environment, async () => {
    if (command === 'list') return list(environment);
    if (command === 'rotate') return rotate(args, environment);
    throw new UsageError(KEYS_USAGE);
  });

/** `tokens revoke`. @returns the exit code: 0 done, 1 refused, 2 not understood. @throws what Redis throws */
export const runTokens = ([command, ...args]: readonly string[], environment: TokensEnvironment): Promise<number> =>
  answered(environment, async () => {
    if (command === 'revoke') return revoke(args, environment);
    throw new UsageError(TOKENS_USAGE);
  });

const REFUSALS = [RotationConflict, TooManyKeys, UnreadableKeys, TooManyRevoked];

async function answered({ err }: TokensEnvironment, work: () => Promise<void>): Promise<number> {
  try {
    await work();
    return 0;
  } catch (error) {
    const isRefusal = REFUSALS.some((kind) => error instanceof kind);
    if (!(error instanceof UsageError || isRefusal) || !(error instanceof Error)) throw error;
    err(error.message);
    return error instanceof UsageError ? 2 : 1;
  }
}

function read<const O extends NonNullable<NonNullable<Parameters<typeof parseArgs>[0]>['options']>>(
  args: string[],
  options: O,
  usage: string,
) {
  try {
    return parseArgs({ args, options, allowPositionals: true, strict: true });
  } catch {
    // Node's message repeats the argument.
    throw new UsageError(usage);
  }
}

import { parseArgs } from 'node:util';
import {
  CREDENTIAL_KINDS,
  CredentialKind,
  CredentialLabel,
  DEFAULT_TENANT,
  GRACE_SECONDS_MAX,
  PLANES,
  Plane,
  PrincipalId,
  parseDuration,
  QueuePattern,
  REVOCATION_REASONS,
  RevocationReason,
  RoleName,
  TenantId,
} from '@ojs/schema';
import type { z } from 'zod';
import { says } from '../config/issue-words.ts';
import type { Draft } from '../identity/manage/draft.ts';

/** What was typed cannot be done; the message names the option and the rule. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export type KeysRequest =
  | { readonly command: 'create'; readonly json: boolean; readonly draft: Draft }
  | { readonly command: 'list'; readonly json: boolean }
  | {
      readonly command: 'rotate';
      readonly json: boolean;
      readonly id: string;
      readonly graceMs: number | undefined;
      readonly expiresAt: number | undefined;
    }
  | {
      readonly command: 'revoke';
      readonly json: boolean;
      readonly id: string;
      readonly reason: RevocationReason;
      readonly force: boolean;
    };

export const USAGE = `usage:
  keys create --plane ${PLANES.join('|')} --role ROLE[,ROLE] --principal NAME [--kind ${CREDENTIAL_KINDS.join('|')}]
              [--tenant TENANT | --all-tenants] [--queues a,b.*] [--expires-in P30D] [--label TEXT] [--json]
  keys list   [--json]
  keys rotate ID [--grace PT1H] [--expires-in P30D] [--json]
  keys revoke ID [--reason ${REVOCATION_REASONS.join('|')}] [--force] [--json]`;

const OPTIONS = {
  create: {
    kind: { type: 'string' },
    plane: { type: 'string' },
    role: { type: 'string', multiple: true },
    principal: { type: 'string' },
    tenant: { type: 'string' },
    'all-tenants': { type: 'boolean' },
    queues: { type: 'string', multiple: true },
    'expires-in': { type: 'string' },
    label: { type: 'string' },
    json: { type: 'boolean' },
  },
  list: { json: { type: 'boolean' } },
  rotate: { grace: { type: 'string' }, 'expires-in': { type: 'string' }, json: { type: 'boolean' } },
  revoke: { reason: { type: 'string' }, force: { type: 'boolean' }, json: { type: 'boolean' } },
} as const;

/** What the API names so is this option here. */
export const OPTION_OF: Readonly<Record<string, string>> = {
  kind: '--kind',
  plane: '--plane',
  roles: '--role',
  queues: '--queues',
  expires_at: '--expires-in',
};

/**
 * Reads what follows `keys` on the command line.
 * @param now milliseconds since the epoch
 * @throws {UsageError}
 */
export function parseKeysArguments(argv: readonly string[], now: number): KeysRequest {
  const [command, ...args] = argv;
  switch (command) {
    case 'create': {
      const { values } = parsed(args, OPTIONS.create, 0);
      return { command, json: values.json ?? false, draft: draftOf(values, now) };
    }
    case 'list':
      return { command, json: parsed(args, OPTIONS.list, 0).values.json ?? false };
    case 'rotate': {
      const { values, positionals } = parsed(args, OPTIONS.rotate, 1);
      const { json = false, grace, 'expires-in': expires } = values;
      const graceMs = grace === undefined ? undefined : duration('--grace', grace);
      if (graceMs !== undefined && graceMs > GRACE_SECONDS_MAX * 1_000) {
        throw new UsageError('--grace: must be at most P30D');
      }
      const id = idOf(command, positionals);
      return { command, json, id, graceMs, expiresAt: expires === undefined ? undefined : endOf(expires, now) };
    }
    case 'revoke': {
      const { values, positionals } = parsed(args, OPTIONS.revoke, 1);
      const { json = false, force = false, reason = 'unspecified' } = values;
      const why = valid('--reason', RevocationReason, reason, REVOCATION_REASONS.join(', '));
      return { command, json, id: idOf(command, positionals), reason: why, force };
    }
    default:
      throw new UsageError(
        `keys: ${command === undefined ? 'needs a command' : 'does not know that command'}\n${USAGE}`,
      );
  }
}

/** A whole key may be pasted; its middle part is the id. It is not repeated anywhere. */
function idOf(command: string, [text = '']: readonly string[]): string {
  const found = /^(?:ojs_[a-z]+_)?([0-9A-Za-z]{1,64})(?:_[0-9A-Za-z]+)?$/.exec(text)?.[1];
  if (found === undefined) throw new UsageError(`${command}: needs the id of a key, as \`keys list\` shows it`);
  return found;
}

type Values = ReturnType<typeof parsed<typeof OPTIONS.create>>['values'];

function draftOf(values: Values, now: number): Draft {
  const { kind = 'api_key', 'expires-in': expires, label } = values;
  const roles = listOf(values.role).map((role) => valid('--role', RoleName, role));
  if (roles.length === 0) throw new UsageError('--role: is required');
  const queues =
    values.queues === undefined ? ['*'] : listOf(values.queues).map((queue) => valid('--queues', QueuePattern, queue));
  if (queues.length === 0) throw new UsageError('--queues: names no queue; leave it out for every queue');
  return {
    kind: valid('--kind', CredentialKind, kind, CREDENTIAL_KINDS.join(', ')),
    plane: valid('--plane', Plane, values.plane, PLANES.join(', ')),
    roles,
    principal: valid('--principal', PrincipalId, values.principal),
    tenant: tenantOf(values),
    queues,
    ...(expires === undefined ? {} : { expiresAt: endOf(expires, now) }),
    ...(label === undefined ? {} : { label: valid('--label', CredentialLabel, label) }),
  };
}

function tenantOf({ tenant, 'all-tenants': all }: Values): string {
  if (tenant !== undefined && all) throw new UsageError('--tenant and --all-tenants: give one of them');
  if (all) return '*';
  return tenant === undefined ? DEFAULT_TENANT : valid('--tenant', TenantId, tenant);
}

function endOf(text: string, now: number): number {
  const ms = duration('--expires-in', text);
  if (ms <= 0) throw new UsageError('--expires-in: must be an ISO 8601 duration above zero, such as P30D');
  return now + ms;
}

/** Milliseconds. @throws {UsageError} that names the option */
export function duration(option: string, text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined) throw new UsageError(`${option}: must be an ISO 8601 duration, such as P30D, P2W or PT12H`);
  return ms;
}

function valid<T extends string>(option: string, schema: z.ZodType<T>, value: string | undefined, oneOf?: string): T {
  if (value === undefined) throw new UsageError(`${option}: is required`);
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  if (oneOf !== undefined) throw new UsageError(`${option}: must be one of ${oneOf}`);
  throw new UsageError(`${option}: ${result.error.issues.map(says).join('; ')}`);
}

const listOf = (values: readonly string[] | undefined): string[] =>
  (values ?? [])
    .flatMap((value) => value.split(','))
    .map((value) => value.trim())
    .filter((value) => value !== '');

function parsed<const O extends NonNullable<NonNullable<Parameters<typeof parseArgs>[0]>['options']>>(
  args: string[],
  options: O,
  positionals: number,
) {
  try {
    const result = parseArgs({ args, options, allowPositionals: positionals > 0, strict: true });
    if (result.positionals.length > positionals) throw new Error('too many arguments');
    return result;
  } catch (error) {
    // Node's message repeats the argument, which may be a key that was pasted into the wrong place.
    const option = error instanceof Error ? /'(--?[a-z-]+)/.exec(error.message)?.[1] : undefined;
    throw new UsageError(`${option ?? 'keys'}: is not an option of this command, or lacks its value\n${USAGE}`);
  }
}

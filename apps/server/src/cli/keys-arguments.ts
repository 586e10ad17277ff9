import { parseArgs } from 'node:util';
import {
  DEFAULT_TENANT,
  PLANES,
  Plane,
  PrincipalId,
  parseDuration,
  QueuePattern,
  RoleName,
  TenantId,
} from '@ojs/schema';
import type { z } from 'zod';

/** What was typed cannot be done; the message names the option and the rule. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export interface CreateRequest {
  readonly plane: Plane;
  readonly roles: readonly string[];
  readonly principal: string;
  /** `*` spans all tenants. */
  readonly tenant: string;
  readonly queues: readonly string[];
  readonly expiresInMs?: number;
  readonly label?: string;
}

export type KeysRequest =
  | { readonly command: 'create'; readonly json: boolean; readonly request: CreateRequest }
  | { readonly command: 'list'; readonly json: boolean }
  | { readonly command: 'revoke'; readonly json: boolean; readonly id: string; readonly force: boolean };

export const USAGE = `usage:
  keys create --plane ${PLANES.join('|')} --role ROLE[,ROLE] --principal NAME
              [--tenant TENANT | --all-tenants] [--queues a,b.*] [--expires-in P30D] [--label TEXT] [--json]
  keys list   [--json]
  keys revoke ID [--force] [--json]`;

const OPTIONS = {
  create: {
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
  revoke: { force: { type: 'boolean' }, json: { type: 'boolean' } },
} as const;

/** Reads what follows `keys` on the command line. @throws {UsageError} */
export function parseKeysArguments(argv: readonly string[]): KeysRequest {
  const [command, ...args] = argv;
  switch (command) {
    case 'create': {
      const { values } = parsed(args, OPTIONS.create, 0);
      return { command, json: values.json ?? false, request: createRequest(values) };
    }
    case 'list':
      return { command, json: parsed(args, OPTIONS.list, 0).values.json ?? false };
    case 'revoke': {
      const { values, positionals } = parsed(args, OPTIONS.revoke, 1);
      const [id = ''] = positionals;
      // A whole key may be pasted; its middle part is the id. It is not repeated anywhere.
      const found = /^(?:ojs_[a-z]+_)?([0-9A-Za-z]{1,64})(?:_[0-9A-Za-z]+)?$/.exec(id)?.[1];
      if (found === undefined) throw new UsageError('revoke: needs the id of a key, as `keys list` shows it');
      return { command, json: values.json ?? false, id: found, force: values.force ?? false };
    }
    default:
      throw new UsageError(
        `keys: ${command === undefined ? 'needs a command' : 'does not know that command'}\n${USAGE}`,
      );
  }
}

type Values = ReturnType<typeof parsed<typeof OPTIONS.create>>['values'];

function createRequest(values: Values): CreateRequest {
  if (values.tenant !== undefined && values['all-tenants']) {
    throw new UsageError('--tenant and --all-tenants: give one of them');
  }
  const tenant = values['all-tenants']
    ? '*'
    : values.tenant === undefined
      ? DEFAULT_TENANT
      : valid('--tenant', TenantId, values.tenant);
  const roles = listOf(values.role).map((role) => valid('--role', RoleName, role));
  if (roles.length === 0) throw new UsageError('--role: is required');
  const queues =
    values.queues === undefined ? ['*'] : listOf(values.queues).map((queue) => valid('--queues', QueuePattern, queue));
  if (queues.length === 0) throw new UsageError('--queues: names no queue; leave it out for every queue');
  const expires = values['expires-in'];
  if (values.label !== undefined && !/^\P{C}{1,200}$/u.test(values.label)) {
    throw new UsageError('--label: must be 1 to 200 printable characters');
  }
  return {
    plane: valid('--plane', Plane, values.plane, PLANES.join(', ')),
    roles,
    principal: valid('--principal', PrincipalId, values.principal),
    tenant,
    queues,
    ...(expires === undefined ? {} : { expiresInMs: duration(expires) }),
    ...(values.label === undefined ? {} : { label: values.label }),
  };
}

function duration(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined || ms <= 0) {
    throw new UsageError('--expires-in: must be an ISO 8601 duration above zero, such as P30D, P2W or PT12H');
  }
  return ms;
}

function valid<T extends string>(option: string, schema: z.ZodType<T>, value: string | undefined, oneOf?: string): T {
  if (value === undefined) throw new UsageError(`${option}: is required`);
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  if (oneOf !== undefined) throw new UsageError(`${option}: must be one of ${oneOf}`);
  throw new UsageError(`${option}: ${result.error.issues.map(({ message }) => message).join('; ')}`);
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

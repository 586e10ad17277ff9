import { parseArgs } from 'node:util';
import { DEFAULT_TENANT, PrincipalId, TenantId } from '@ojs/schema';
import type { z } from 'zod';
import { says } from '../config/issue-words.ts';
import type { Owner } from '../identity/mfa/enrolments.ts';
import { UsageError } from './keys-arguments.ts';

export const MFA_COMMANDS = ['enroll', 'confirm', 'status', 'reset'] as const;
type OneCommand = Exclude<(typeof MFA_COMMANDS)[number], 'status'>;

export type MfaRequest =
  | { readonly command: OneCommand; readonly owner: Owner; readonly json: boolean }
  | { readonly command: 'status'; readonly json: boolean };

const MFA_USAGE = `usage:
  mfa enroll  --principal NAME [--tenant TENANT | --all-tenants] [--vouched-by issuer:NAME|certificate:ID] [--json]
  mfa confirm --principal NAME [--tenant TENANT | --all-tenants] [--vouched-by issuer:NAME|certificate:ID]
  mfa reset   --principal NAME [--tenant TENANT | --all-tenants] [--vouched-by issuer:NAME|certificate:ID]
  mfa status  [--json]`;

const OPTIONS = {
  principal: { type: 'string' },
  tenant: { type: 'string' },
  'all-tenants': { type: 'boolean' },
  'vouched-by': { type: 'string' },
  json: { type: 'boolean' },
} as const;

/** Reads what follows `mfa` on the command line. Codes are not accepted there. @throws {UsageError} */
export function parseMfaArguments(argv: readonly string[]): MfaRequest {
  const [given, ...args] = argv;
  const command = MFA_COMMANDS.find((each) => each === given);
  if (command === undefined) {
    throw new UsageError(
      `mfa: ${given === undefined ? 'needs a command' : 'does not know that command'}\n${MFA_USAGE}`,
    );
  }
  const values = parsed(args);
  const { json = false } = values;
  return command === 'status' ? { command, json } : { command, json, owner: ownerOf(values) };
}

type Values = ReturnType<typeof parsed>;

function ownerOf(values: Values): Owner {
  const { principal, tenant = DEFAULT_TENANT, 'vouched-by': vouchedBy } = values;
  if (values.tenant !== undefined && values['all-tenants']) {
    throw new UsageError('--tenant and --all-tenants: give one of them');
  }
  if (principal === undefined) throw new UsageError(`--principal: is required\n${MFA_USAGE}`);
  if (vouchedBy !== undefined && !/^(issuer|certificate):[\x21-\x7e]{1,255}$/.test(vouchedBy)) {
    throw new UsageError('--vouched-by: must be issuer:NAME or certificate:ID, as the identity file has it');
  }
  return {
    id: valid('--principal', PrincipalId, principal),
    tenant: values['all-tenants'] ? '*' : tenant === DEFAULT_TENANT ? tenant : valid('--tenant', TenantId, tenant),
    ...(vouchedBy !== undefined && { vouchedBy }),
  };
}

function valid(option: string, schema: z.ZodType<string>, value: string): string {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new UsageError(`${option}: ${result.error.issues.map(says).join('; ')}`);
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, strict: true }).values;
  } catch (error) {
    // Node's message repeats the argument, which may be a code that was put into the wrong place.
    const option = error instanceof Error ? /'(--?[a-z-]+)/.exec(error.message)?.[1] : undefined;
    throw new UsageError(`${option ?? 'mfa'}: is not an option of this command, or lacks its value\n${MFA_USAGE}`);
  }
}

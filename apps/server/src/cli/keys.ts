import { loadPolicy } from '../access/policy-file.ts';
import { Tenants } from '../access/tenants.ts';
import type { AuditLog } from '../audit/audit.ts';
import { BadFile } from '../config/watched-file.ts';
import { CredentialManager } from '../identity/manage/manager.ts';
import { CredentialRefusal } from '../identity/manage/refusal.ts';
import type { Connections } from '../redis/connect.ts';
import { OPTION_OF, parseKeysArguments, UsageError } from './keys-arguments.ts';
import { Commands } from './keys-commands.ts';

/** What the commands work on. */
export interface KeysEnvironment {
  readonly redis: Connections;
  readonly config: {
    readonly policyFile?: string | undefined;
    readonly rotation: { readonly graceSeconds: number };
    readonly keys: { readonly scryptCost: number };
  };
  /** Prints a line on standard output. */
  readonly out: (line: string) => void;
  /** Prints a line on standard error. Default: the same as `out`. */
  readonly err?: (line: string) => void;
  /** Must not write to standard output, where a program may read the answer. */
  readonly audit: AuditLog;
}

/**
 * `keys create | list | rotate | revoke`, on Redis directly: for the first key, and for whoever can reach Redis anyway. Each change,
 * and each that a rule refused, is in the audit log as `local:<user>`.
 *
 * @param argv what follows `keys`.
 * @returns the exit code: 0 done, 1 refused, 2 not understood.
 * @throws what Redis throws; do not print more than the message.
 */
export async function runKeys(argv: readonly string[], environment: KeysEnvironment): Promise<number> {
  const { redis, config, out, err = out, audit } = environment;
  try {
    const asked = parseKeysArguments(argv, Date.now());
    const policy = await loadPolicy(config.policyFile);
    const manager = new CredentialManager({
      redis: redis.client,
      tenants: new Tenants(redis.client),
      policy: () => policy,
      graceMs: config.rotation.graceSeconds * 1_000,
      cost: 2 ** config.keys.scryptCost,
      now: Date.now,
    });
    await new Commands({ manager, policy, out, err, audit }).run(asked);
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof CredentialRefusal || error instanceof BadFile)) throw error;
    err(wordsOf(error));
    return error instanceof UsageError ? 2 : 1;
  }
}

function wordsOf(error: Error): string {
  const field = error instanceof CredentialRefusal ? error.field : undefined;
  return field === undefined ? error.message : `${OPTION_OF[field] ?? field}: ${error.message}`;
}

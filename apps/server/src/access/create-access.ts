import type { AuditLog } from '../audit/audit.ts';
import { serverEvent } from '../audit/server-event.ts';
import { WatchedFile } from '../config/watched-file.ts';
import type { Connections } from '../redis/connect.ts';
import { type Policy, rulesOf, type Subject } from './decide.ts';
import { bumpEpochs, Epochs } from './epoch.ts';
import type { AccessLog } from './log.ts';
import { DEFAULT_POLICY, parsePolicy } from './policy.ts';
import { Tenants } from './tenants.ts';

export interface AccessOptions {
  readonly redis: Connections;
  /** `OJS_POLICY_FILE`; absent: the security page's four roles. */
  readonly policyFile?: string | undefined;
  readonly log: AccessLog;
  readonly audit: AuditLog;
  /** Makes credentials, and what is believed from outside, be read anew: called before a new epoch is used. */
  readonly refreshIdentity: () => Promise<void> | undefined | void;
}

/** Who may do what, as it is now. */
export interface Access {
  readonly epochs: Epochs;
  readonly tenants: Tenants;
  /** The policy in force: take it anew for each request. */
  policy(): Policy;
  /** Whether the policy disabled the principal: its credentials are to be refused. */
  isDisabled(principal: Subject): boolean;
  close(): void;
}

/**
 * Loads the policy and follows its file. A new policy decides in this process at once, and everywhere when the epochs are raised.
 * @throws {BadPolicy} when the policy file cannot be used.
 */
export async function createAccess(options: AccessOptions): Promise<Access> {
  const { redis, log, audit } = options;
  const tenants = new Tenants(redis.client);

  // Told once, not with each new try.
  let waiting = false;
  const file = new WatchedFile<Policy>({
    setting: 'OJS_POLICY_FILE',
    path: options.policyFile,
    without: DEFAULT_POLICY,
    parse: parsePolicy,
    async changed() {
      try {
        await bumpEpochs(redis.client, '*', tenants);
      } catch (error) {
        if (!waiting)
          log.warn(
            {},
            'the policy changed here; Redis does not answer, so requests under way may still end under the old one',
          );
        waiting = true;
        throw error;
      }
      waiting = false;
      log.info({}, 'the policy changed');
      audit.record(serverEvent('policy.changed', 'success', {}));
    },
    rejected(reason) {
      log.error({ reason }, 'the policy file is not usable: the old policy stays');
      audit.record(serverEvent('policy.rejected', 'failure', { reason }));
    },
  });
  await file.start();

  return {
    tenants,
    epochs: new Epochs(redis.client, tenants, async () => {
      await options.refreshIdentity();
      await file.look();
    }),
    policy: () => file.value,
    isDisabled: (principal) => rulesOf(file.value, principal)?.disabled ?? false,
    close: () => file.close(),
  };
}

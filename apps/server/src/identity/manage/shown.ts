import { type Credential, formatTimestamp } from '@ojs/schema';
import type { Policy } from '../../access/decide.ts';
import { truncateKey } from '../api-key/key.ts';
import { type CredentialRecord, invalidity } from '../credential-record.ts';
import { wordOf } from './draft.ts';
import { generationOf, previousSecret } from './transitions.ts';

/** A credential as it may be shown: nothing of its secrets. @param now milliseconds since the epoch */
export function shownCredential(policy: Policy, record: CredentialRecord, now: number): Credential {
  const { id, kind, plane, principal, tenant, roles, queues, grants, createdBy, revokedReason, label, client } = record;
  return {
    id,
    shown: shownKey(policy, record),
    kind,
    plane,
    principal,
    tenant,
    roles,
    queues,
    grants,
    state: stateOf(record, now),
    generation: generationOf(record),
    created_at: formatTimestamp(record.createdAt),
    created_by: createdBy,
    not_before: moment(record.notBefore),
    expires_at: moment(record.expiresAt),
    rotated_at: moment(record.rotatedAt),
    previous_ends_at: moment(previousSecret(record, now)?.notAfter),
    revoked_at: moment(record.revokedAt),
    revoked_reason: revokedReason,
    label,
    client,
  };
}

/** Whether it can be used. @param now milliseconds since the epoch */
export const stateOf = (record: CredentialRecord, now: number): Credential['state'] =>
  invalidity(record, now) ?? 'live';

/** What an audit record says of a credential that was changed. */
export const toldOf = (policy: Policy, record: CredentialRecord) => ({
  credential: shownKey(policy, record),
  kind: record.kind,
  of: record.principal,
  plane: record.plane,
  roles: record.roles,
  queues: record.queues,
});

/** `ojs_prod_…a1b2`, as the key appears in logs and records. */
export const shownKey = (policy: Policy, record: CredentialRecord): string =>
  truncateKey(wordOf(policy, record), record.id);

const moment = (ms: number | undefined): string | undefined => (ms === undefined ? undefined : formatTimestamp(ms));

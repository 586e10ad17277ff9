import { decideEverywhere, type Policy } from '../../access/decide.ts';
import { type CredentialRecord, invalidity, principalOf } from '../credential-record.ts';

/** Whether the credential, at this moment, may administer everything in its tenants. */
export const administers = (policy: Policy, record: CredentialRecord, now: number): boolean =>
  invalidity(record, now) === undefined && decideEverywhere(policy, principalOf(record), 'admin');

/** Whether the change takes from the credential that it administers, or brings the end of that nearer. */
export function administersLess(
  policy: Policy,
  before: CredentialRecord,
  after: CredentialRecord,
  now: number,
): boolean {
  if (!administers(policy, before, now)) return false;
  return !administers(policy, after, now) || endOf(after) < endOf(before);
}

/** Whether somebody else administers what the credential administers. */
export const othersAdminister = (
  policy: Policy,
  records: readonly CredentialRecord[],
  { id, tenant }: CredentialRecord,
  now: number,
): boolean =>
  records.some(
    (other) => other.id !== id && (other.tenant === '*' || other.tenant === tenant) && administers(policy, other, now),
  );

const endOf = ({ expiresAt = Number.POSITIVE_INFINITY }: CredentialRecord): number => expiresAt;

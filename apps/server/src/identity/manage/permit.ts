import { uncovered } from '../../access/covers.ts';
import { decideEverywhere, type Policy, type Subject } from '../../access/decide.ts';
import { type CredentialRecord, principalOf } from '../credential-record.ts';
import { CredentialRefusal } from './refusal.ts';

/** Whether the subject may know of credentials of the tenant. `*` is above each tenant. */
export const isInReach = ({ tenant }: Subject, record: Pick<CredentialRecord, 'tenant'>): boolean =>
  tenant === '*' || tenant === record.tenant;

/** @throws {CredentialRefusal} when the subject does not administer every queue of its tenants, or holds less than its credential does */
export function checkAdministers(policy: Policy, subject: Subject): void {
  if (subject.narrowed !== undefined) {
    throw forbidden('narrowed', 'a narrowed credential changes no credentials: use the one it was made from');
  }
  if (!decideEverywhere(policy, subject, 'admin')) {
    throw forbidden('admin', 'the permission admin is missing on all queues of the tenant');
  }
}

/**
 * Nobody hands out more than it has: neither in a tenant beyond its own, nor any permission on any queue.
 * @throws {CredentialRefusal}
 */
export function checkContained(policy: () => Policy, record: CredentialRecord, subject: Subject): void {
  if (!isInReach(subject, record)) throw forbidden('tenant', 'must be the tenant of your own credential', 'tenant');
  const missing = uncovered(policy(), subject, principalOf(record));
  if (missing !== undefined) {
    throw forbidden('containment', `the credential would have ${missing} where your own does not`, 'roles');
  }
}

const forbidden = (rule: string, says: string, field?: string): CredentialRefusal =>
  new CredentialRefusal('forbidden', rule, says, field);

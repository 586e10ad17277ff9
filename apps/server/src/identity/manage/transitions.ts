import type { RevocationReason } from '@ojs/schema';
import { isLive } from '../api-key/digests.ts';
import { type CredentialRecord, invalidity, type StoredSecret } from '../credential-record.ts';
import { CredentialRefusal } from './refusal.ts';

/** Times in milliseconds since the epoch. */
export interface Rotation {
  /** How long the secret before is still accepted. */
  readonly graceMs: number;
  /** null: no end any more; absent: the end stays. */
  readonly expiresAt?: number | null | undefined;
}

/** What is absent stays; null removes. */
export interface Edit {
  readonly roles?: readonly string[] | undefined;
  readonly queues?: readonly string[] | undefined;
  readonly expiresAt?: number | null | undefined;
  readonly label?: string | null | undefined;
}

/** How often the secret was rotated. */
export const generationOf = ({ generation = 0 }: CredentialRecord): number => generation;

/** The secret that was rotated away last, while it is still accepted. */
export const previousSecret = ({ secrets }: CredentialRecord, now: number): StoredSecret | undefined =>
  secrets.find((secret) => secret.notAfter !== undefined && isLive(secret, now));

/**
 * The record with the new secret first. The one before lives until its grace period ends; whatever was older ends now, so that there are never
 * more than two.
 */
export function rotated(
  record: CredentialRecord,
  secret: StoredSecret,
  rotation: Rotation,
  now: number,
): CredentialRecord {
  const { graceMs, expiresAt } = rotation;
  const current = record.secrets.find((each) => each.notAfter === undefined);
  const before = current === undefined || graceMs === 0 ? [] : [{ ...current, notAfter: now + graceMs }];
  return {
    ...withEnd(record, expiresAt),
    secrets: [secret, ...before],
    generation: generationOf(record) + 1,
    rotatedAt: now,
  };
}

export function edited(record: CredentialRecord, { roles, queues, expiresAt, label }: Edit): CredentialRecord {
  const { label: _, ...unlabelled } = record;
  const labelled = label === undefined ? record : label === null ? unlabelled : { ...record, label };
  return {
    ...withEnd(labelled, expiresAt),
    ...(roles && { roles: [...roles] }),
    ...(queues && { queues: [...queues] }),
  };
}

/** A revocation is for good, so its secrets are not kept. */
export const revoked = (record: CredentialRecord, reason: RevocationReason, now: number): CredentialRecord => ({
  ...record,
  secrets: [],
  revokedAt: now,
  revokedReason: reason,
});

/** @throws {CredentialRefusal} when the credential has ended: then nothing of it can be changed */
export function checkNotEnded(record: CredentialRecord, now: number): void {
  const ended = invalidity(record, now);
  if (ended === undefined || ended === 'not_yet_valid') return;
  throw new CredentialRefusal('conflict', ended, `the credential is ${ended}, for good: create another one`);
}

function withEnd(record: CredentialRecord, expiresAt: number | null | undefined): CredentialRecord {
  if (expiresAt === undefined) return record;
  const { expiresAt: _, ...endless } = record;
  return expiresAt === null ? endless : { ...record, expiresAt };
}

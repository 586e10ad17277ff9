import { CredentialKind } from '@ojs/schema';
import type { Subject } from '../../access/decide.ts';
import type { CredentialRecord } from '../credential-record.ts';
import { generationOf, previousSecret } from '../manage/transitions.ts';
import type { Claims } from './claims.ts';

type Root = Claims['ojs']['root'];

/** Whether the credential with which it began is one of ours, whose record says what it may. */
export const isStored = ({ kind }: Root): boolean => CredentialKind.safeParse(kind).success;

/** Whether the record is still of the principal to whom the token was given. */
export const isOfRecord = ({ sub, ojs }: Claims, record: CredentialRecord): boolean =>
  record.kind === ojs.root.kind &&
  record.principal === sub &&
  record.plane === ojs.plane &&
  (record.tenant === '*' || record.tenant === ojs.tenant);

/**
 * Whether every secret that the token can have been made with is one that is accepted no more: what was made with a secret that somebody
 * else had ends with it.
 */
export function isOfFormerSecret({ grounds = '0' }: Root, record: CredentialRecord, now: number): boolean {
  const oldest = generationOf(record) - (previousSecret(record, now) === undefined ? 0 : 1);
  return !(Number(grounds) >= oldest);
}

/**
 * The principal that a token stands for. Frozen.
 * @param live what the record of its root says now; absent: nothing is stored, and the token says it
 */
export function subjectOf({ sub, jti, exp, ojs }: Claims, live?: Subject): Subject {
  const { tenant, plane, narrowed, lent, worker, mfa, root, parents } = ojs;
  const { roles, grants, queues } = live ?? ojs;
  return Object.freeze({
    id: sub,
    tenant,
    plane,
    roles,
    grants,
    ...(queues && { queues }),
    ...(narrowed && { narrowed }),
    ...(lent && { lent }),
    ...(worker !== undefined && { worker }),
    ...(root.vouchedBy !== undefined && { vouchedBy: root.vouchedBy }),
    mfa,
    credential: { kind: 'token', id: jti },
    lineage: { root, parents },
    expiresAt: exp * 1_000,
  });
}

import { formatTimestamp } from '@ojs/schema';
import { type CredentialRecord, invalidity } from '../identity/credential-record.ts';

/** A credential as it may be shown: nothing of its secrets. */
export interface ShownRecord {
  readonly id: string;
  readonly plane: string;
  readonly principal: string;
  readonly tenant: string;
  readonly roles: readonly string[];
  readonly queues: readonly string[];
  readonly state: 'live' | 'revoked' | 'expired' | 'not_yet_valid';
  readonly created_at: string;
  readonly expires_at?: string;
  readonly revoked_at?: string;
  readonly label?: string;
}

/** @param now milliseconds since the epoch. */
export function shownRecord(record: CredentialRecord, now: number): ShownRecord {
  const { id, plane, principal, tenant, roles, queues, createdAt, expiresAt, revokedAt, label } = record;
  return {
    id,
    plane,
    principal,
    tenant,
    roles,
    queues,
    state: invalidity(record, now) ?? 'live',
    created_at: formatTimestamp(createdAt),
    ...(expiresAt === undefined ? {} : { expires_at: formatTimestamp(expiresAt) }),
    ...(revokedAt === undefined ? {} : { revoked_at: formatTimestamp(revokedAt) }),
    ...(label === undefined ? {} : { label }),
  };
}

const HEADINGS = ['ID', 'STATE', 'PLANE', 'PRINCIPAL', 'TENANT', 'ROLES', 'QUEUES', 'CREATED', 'EXPIRES', 'LABEL'];

/** The lines of a table, oldest key first. */
export function listText(records: readonly ShownRecord[]): string[] {
  if (records.length === 0) return ['There are no keys yet: make one with `keys create`.'];
  const rows = [...records]
    .sort((a, b) => a.created_at.localeCompare(b.created_at) || a.id.localeCompare(b.id))
    .map((each) => [
      ...[each.id, each.state, each.plane, each.principal, each.tenant, each.roles.join(','), each.queues.join(',')],
      ...[each.created_at, each.expires_at ?? '-', each.label ?? ''],
    ]);
  const table = [HEADINGS, ...rows];
  const widths = HEADINGS.map((_, column) => Math.max(...table.map((row) => (row[column] ?? '').length)));
  return table.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

import type { Credential } from '@ojs/schema';

const HEADINGS = [
  'ID',
  'STATE',
  'KIND',
  'PLANE',
  'PRINCIPAL',
  'TENANT',
  'ROLES',
  'QUEUES',
  'CREATED',
  'EXPIRES',
  'LABEL',
];

/** The lines of a table, oldest key first. */
export function listText(records: readonly Credential[]): string[] {
  if (records.length === 0) return ['There are no keys yet: make one with `keys create`.'];
  const rows = [...records]
    .sort((a, b) => a.created_at.localeCompare(b.created_at) || a.id.localeCompare(b.id))
    .map((each) => [
      ...[each.id, each.state, each.kind, each.plane, each.principal, each.tenant],
      ...[each.roles.join(','), each.queues.join(',')],
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

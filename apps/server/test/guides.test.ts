import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '@ojs/dev';
import { describe, expect, test } from 'vitest';
import { VARIABLES } from '../src/config/variables.ts';

const docs = join(projectRoot, 'docs');
const pages = readdirSync(docs).filter((name) => name.endsWith('.md'));
const text = pages.map((name) => readFileSync(join(docs, name), 'utf8')).join('\n');
const rows = text.split('\n').filter((line) => line.startsWith('| '));
const named = (name: string): boolean => rows.some((row) => row.includes(`\`${name}\``));

/** What the SDKs and the tests read. */
const NOT_OF_THE_SERVER =
  /^OJS_(CONFIG|URL|CA_FILE|CLIENT_(CERT|KEY)_FILE|OAUTH_(CLIENT_ID|ISSUER|TOKEN_URL|SCOPE|RESOURCE)|TOKEN_FILE|SECRET_\w+)$/;

describe('the guides', () => {
  test.each([...VARIABLES.keys()])('have %s in a table', (variable) => {
    expect(named(variable)).toBe(true);
  });

  test('name no setting that does not exist', () => {
    const all = new Set([...text.matchAll(/\bOJS_[A-Z][A-Z_]*[A-Z]\b(?!_)/g)].map(([name]) => name));
    expect([...all].filter((name) => !VARIABLES.has(name) && !NOT_OF_THE_SERVER.test(name))).toEqual([]);
  });
});

const source = join(projectRoot, 'apps/server/src');
const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  .map((name) => readFileSync(join(source, name), 'utf8'));

/** Names of events as they stand in the code: in a call of `record`, `serverEvent` …, or as `event_type`. */
const CALL = /\b(?:[rR]ecord|serverEvent|refused)\(([^;]*?)(?:'success'|'failure'|;)/g;
const FIELD = /\b(?:event_type|told): ('[a-z_.]+')/g;
const events = new Set(
  files.flatMap((file) =>
    [...file.matchAll(CALL), ...file.matchAll(FIELD)].flatMap(([, inside = '']) =>
      [...inside.matchAll(/'([a-z_]+(?:\.[a-z_]+)+)'/g)].map(([, name = '']) => name),
    ),
  ),
);

describe('the audit log', () => {
  test('is looked for where its events are made', () => {
    expect(events.size).toBeGreaterThan(60);
  });

  test.each([...events].sort())('has %s in the table of its events', (event) => {
    expect(named(event)).toBe(true);
  });
});

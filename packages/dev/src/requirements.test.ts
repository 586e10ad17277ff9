import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { projectRoot } from './paths.ts';

const root = projectRoot;
const inRepository = (path: string): string => join(root, path.startsWith('packages/') ? path : `apps/server/${path}`);

const rows = readFileSync(join(root, 'docs/requirements.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| ---') && !line.startsWith('| requirement'))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, requirement = '', state = '', code = '', proof = '']) => ({ requirement, state, code, proof }));

const paths = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, path]) => path as string);

test.each(rows)('requirement: $requirement', ({ state, code, proof }) => {
  for (const path of paths(code)) expect(existsSync(inRepository(path)), `${path} does not exist`).toBe(true);
  if (state.startsWith('advice')) return;
  // A row without a proof must say that it is open.
  if (proof === '') expect(state).toContain('**open**');
  else {
    const [file, name = ''] = proof.split(' › ');
    const text = readFileSync(inRepository(paths(file as string)[0] as string), 'utf8');
    expect(text, `no test of ${file} is named like that`).toContain(name);
  }
});

test('every requirement of ojs-security §13 has a row', () => {
  for (let n = 1; n <= 22; n++) {
    const id = `SEC-${String(n).padStart(3, '0')}`;
    expect(
      rows.some(({ requirement }) => requirement.startsWith(id)),
      id,
    ).toBe(true);
  }
});

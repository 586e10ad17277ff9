import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '@ojs/dev';
import { expect, test } from 'vitest';
import { ATTACKS } from '../src/attacks.ts';
import { ELSEWHERE } from '../src/elsewhere.ts';
import { GIVEN } from '../src/given.ts';

const page = readFileSync(join(projectRoot, 'docs/threat-model.md'), 'utf8');
const rows = new Map(
  [...page.matchAll(/^\| ([A-Z]\d+) \| (.+) \| (.*) \|$/gm)].map(([, id = '', , where = '']) => [id, where]),
);

test.each([...new Set([...GIVEN, ...ATTACKS.map(({ id }) => id)])])(
  'attack %s stands in the threat model, with where it is tried',
  (id) => {
    const where = [...(ATTACKS.some((each) => each.id === id) ? ['run'] : []), ...(id in ELSEWHERE ? ['test'] : [])];
    expect(where).not.toEqual([]);
    expect(rows.get(id)).toBe(where.join(', '));
  },
);

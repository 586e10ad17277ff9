import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '@ojs/dev';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ATTACKS } from '../src/attacks.ts';
import { ELSEWHERE } from '../src/elsewhere.ts';
import { GIVEN } from '../src/given.ts';
import { type Installation, startInstallation } from '../src/installation.ts';
import { has } from '../src/target.ts';

describe('an attack gets the answer it must get', () => {
  let installation: Installation;
  beforeAll(async () => {
    installation = await startInstallation();
  });
  afterAll(() => installation.stop());

  test.each(ATTACKS.map((each) => [each.id, each.title, each] as const))(
    '%s %s',
    async (_id, _title, { needs, run }) => {
      const { target } = installation;
      expect(
        needs.filter((need) => !has(target, need)),
        'the installation of the test lacks what it needs',
      ).toEqual([]);
      await run(target);
    },
  );
});

describe('the list of attacks', () => {
  const tried = new Set([...ATTACKS.map(({ id }) => id), ...Object.keys(ELSEWHERE)]);

  test('leaves none of the threat model out', () => {
    expect(GIVEN.filter((id) => !tried.has(id))).toEqual([]);
  });

  test.each(Object.entries(ELSEWHERE).flatMap(([id, tests]) => tests.map((each) => [id, each] as const)))(
    '%s is tried in %s',
    (_, place) => {
      const [path = '', name = ''] = place.split(' › ');
      const file = join(projectRoot, path);
      expect(existsSync(file), `${path} does not exist`).toBe(true);
      expect(name).not.toBe('');
      expect(readFileSync(file, 'utf8'), `no test of ${path} is named like that`).toContain(name);
    },
  );
});

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

const packages = [
  ...['packages', 'apps'].flatMap((parent) =>
    readdirSync(parent, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(parent, entry.name)),
  ),
  'bench',
];

export default defineConfig({
  test: {
    // Gets a Redis once, before many tests ask for one at the same moment.
    globalSetup: ['packages/dev/src/vitest-setup.ts'],
    // Processes, not threads: tests start servers and end them with signals.
    pool: 'forks',
    maxWorkers: 2,
    silent: 'passed-only',
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // What is waited for comes at once, but not on a machine that is busy with the tests beside it.
    expect: { poll: { timeout: 20_000 } },
    projects: packages.map((root) => ({
      extends: true,
      test: { name: root, root, include: ['src/**/*.test.ts', 'test/**/*.test.ts'] },
    })),
  },
});

// Runs turbo with what it needs around it (npm run build, npm run typecheck): installs first where that is missing.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { showError } from '../packages/dev/src/steps.mjs';
import { root, setUp, toolEnvironment } from './setup.mjs';

try {
  await setUp();
  const args = process.argv.slice(2);
  if (args.length > 0) {
    const { status } = spawnSync(join(root, 'node_modules/.bin/turbo'), ['run', ...args], {
      cwd: root,
      env: toolEnvironment(),
      stdio: 'inherit',
    });
    process.exitCode = status ?? 1;
  }
} catch (error) {
  showError(error);
  process.exitCode = 1;
}

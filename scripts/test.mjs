// npm test: sets up what it needs, then checks and tests everything. `npm test -- packages/schema` runs some tests only.
import { showError } from '../packages/dev/src/steps.mjs';
import { handOver, setUp } from './setup.mjs';

try {
  await setUp();
  process.exitCode = await handOver('packages/dev/src/check/main.ts', process.argv.slice(2));
} catch (error) {
  showError(error);
  process.stdout.write('\n0 passed, 1 failed\n');
  process.exitCode = 1;
}

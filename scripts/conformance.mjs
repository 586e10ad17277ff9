// npm run conformance: the conformance cases against a fresh server. Arguments go to the runner.
import { showError } from '../packages/dev/src/steps.mjs';
import { handOver, setUp } from './setup.mjs';

try {
  await setUp();
  process.exitCode = await handOver('packages/dev/src/conformance/main.ts', process.argv.slice(2));
} catch (error) {
  showError(error);
  process.stdout.write('\n0 passed, 1 failed\n');
  process.exitCode = 1;
}

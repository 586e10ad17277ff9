// npm run soak: everything at once while servers, workers and Redis are killed. `npm run soak -- --minutes 10` takes longer.
import { showError } from '../packages/dev/src/steps.mjs';
import { handOver, setUp } from './setup.mjs';

try {
  await setUp();
  process.exitCode = await handOver('packages/soak/src/main.ts', process.argv.slice(2));
} catch (error) {
  showError(error);
  process.exitCode = 1;
}

// npm run attack: tries the attacks of the threat model on a server that runs. `npm run attack -- --target .ojs/dev.json`.
import { showError } from '../packages/dev/src/steps.mjs';
import { handOver, setUp } from './setup.mjs';

try {
  await setUp();
  process.exitCode = await handOver('packages/attack/src/main.ts', process.argv.slice(2));
} catch (error) {
  showError(error);
  process.exitCode = 1;
}

// npm start: from a fresh clone to a running server and a first job. See packages/dev/src/start for what it starts.

import { bold, showError } from '../packages/dev/src/steps.mjs';
import { handOver, setUp } from './setup.mjs';

const started = Date.now();
process.stdout.write(`${bold('Open Job Spec, development server')}\n\n`);
try {
  await setUp();
  process.exitCode = await handOver('packages/dev/src/start/main.ts', [`--since=${started}`, ...process.argv.slice(2)]);
} catch (error) {
  showError(error);
  process.exitCode = 1;
}

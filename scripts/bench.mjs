// npm run bench: ratios against bare Fastify and BullMQ on this machine. `-- --short` takes a minute.
import { showError } from '../packages/dev/src/steps.mjs';
import { handOver, setUp } from './setup.mjs';

try {
  await setUp();
  process.exitCode = await handOver('bench/src/main.ts', process.argv.slice(2));
} catch (error) {
  showError(error);
  process.exitCode = 1;
}

// npm run bench: measures the server and the SDKs against Fastify and BullMQ. `npm run bench -- --short` takes a minute.
import { showError } from '../packages/dev/src/steps.mjs';
import { handOver, setUp } from './setup.mjs';

try {
  await setUp();
  process.exitCode = await handOver('bench/src/main.ts', process.argv.slice(2));
} catch (error) {
  showError(error);
  process.exitCode = 1;
}

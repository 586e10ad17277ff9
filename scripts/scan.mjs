// npm run scan: judges from outside (sslscan, testssl.sh, slowhttptest, where installed) look at a fresh server.
import { showError } from '../packages/dev/src/steps.mjs';
import { handOver, setUp } from './setup.mjs';

try {
  await setUp();
  process.exitCode = await handOver('packages/attack/src/scan/main.ts', process.argv.slice(2));
} catch (error) {
  showError(error);
  process.exitCode = 1;
}

// npm test, once everything is installed and built: what tools can judge, then every test. The last line is the total.
import { seconds, showError, step } from '../steps.mjs';
import { staticChecks } from './static.ts';
import { runTests } from './vitest.ts';

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(1));
process.once('disconnect', () => process.exit(1));
// Listening for its end must not keep us alive.
process.channel?.unref();

const started = performance.now();
const args = process.argv.slice(2);
let passed = 0;
let failed = 0;

// Whoever names tests wants those alone.
for (const check of args.length > 0 ? [] : staticChecks) {
  try {
    await step(check.title, check.run);
    passed += 1;
  } catch (error) {
    showError(error);
    failed += 1;
  }
}
process.stdout.write('\n');
const tests = await runTests(args);
passed += tests.passed;
failed += tests.failed;

process.stdout.write(`\n${seconds(started)}\n${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;

// A child process of the crash test of cron entries: a server that sweeps and does nothing else, until it is killed.
// Arguments: url of Redis.
import { writeSync } from 'node:fs';
import { openEngine } from './engine-harness.ts';

await openEngine(process.argv[2] ?? '');
writeSync(1, 'ready\n');

// npm run soak: uses everything at random while servers and workers are killed. `npm run soak -- --minutes 10 --seed 7 --redis`
import { parseArgs } from 'node:util';
import { report } from './report.ts';
import { soak } from './soak.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '2' },
    seed: { type: 'string', default: `${Date.now() % 1_000_000}` },
    servers: { type: 'string', default: '3' },
    workers: { type: 'string', default: '4' },
    'no-redis': { type: 'boolean', default: false },
    logs: { type: 'boolean', default: false },
  },
});
const started = performance.now();
const tell = (line: string): void =>
  void process.stdout.write(`${String(Math.round((performance.now() - started) / 1_000)).padStart(5)} s  ${line}\n`);

const verdict = await soak({
  seconds: Number(values.minutes) * 60,
  seed: Number(values.seed),
  servers: Number(values.servers),
  workers: Number(values.workers),
  applications: 8,
  calmMs: 40,
  peaceMs: 1_500,
  redis: !values['no-redis'],
  patienceMs: 45_000,
  tell,
});
if (values.logs) process.stdout.write(`${verdict.logs}\n`);
process.stdout.write(`\n${report(verdict)}\n`);
process.exitCode = verdict.findings.length === 0 ? 0 : 1;

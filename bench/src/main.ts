// npm run bench: measures, prints a table for each scenario, and writes all of it as JSON below bench/results.
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, loadavg, totalmem } from 'node:os';
import { join, relative } from 'node:path';
import { projectRoot } from '@ojs/dev';
import { optionsOf, USAGE } from './options.ts';
import { type Measured, summary, table } from './report.ts';
import { badCredentials } from './scenarios/bad-credentials.ts';
import { batch } from './scenarios/batch.ts';
import { batchHold } from './scenarios/batch-hold.ts';
import { cron } from './scenarios/cron.ts';
import { cycle } from './scenarios/cycle.ts';
import { due } from './scenarios/due.ts';
import { engine } from './scenarios/engine.ts';
import { enqueue } from './scenarios/enqueue.ts';
import { growth } from './scenarios/growth.ts';
import { handshake } from './scenarios/handshake.ts';
import { identity } from './scenarios/identity.ts';
import { lists } from './scenarios/lists.ts';
import { memory } from './scenarios/memory.ts';
import { pickup } from './scenarios/pickup.ts';
import { removal } from './scenarios/removal.ts';
import { workflows } from './scenarios/workflows.ts';

const SCENARIOS = [
  ...[enqueue, batch, cycle, pickup, growth, engine, identity, handshake, badCredentials],
  ...[due, cron, workflows, lists, batchHold, removal, memory],
];

const machine = () => ({
  cpu: cpus()[0]?.model,
  cores: cpus().length,
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  node: process.version,
  /** Above zero at the start: the machine has other work, and what follows is worth less. */
  loadAtStart: loadavg()[0],
});

async function write(result: object): Promise<string> {
  const directory = join(projectRoot, 'bench/results');
  await mkdir(directory, { recursive: true });
  const file = join(directory, `${new Date().toISOString().replaceAll(':', '-')}.json`);
  await writeFile(file, `${JSON.stringify(result, null, 2)}\n`);
  return relative(projectRoot, file);
}

async function run(args: string[]): Promise<void> {
  const options = optionsOf(
    args,
    SCENARIOS.map(({ name }) => name),
  );
  const about = { at: new Date().toISOString(), short: options.short, effort: options.effort, machine: machine() };
  console.log(
    `${about.machine.cores} cores, ${about.machine.cpu}, Node.js ${process.version}, load ${loadavg()[0]?.toFixed(1)}\n`,
  );
  const measured: Measured[] = [];
  for (const { name, title, sides, run: measure } of SCENARIOS.filter(({ name }) => options.only.includes(name))) {
    const done: Measured = { name, title, sides, rows: await measure(options.effort) };
    measured.push(done);
    console.log(`${table(done)}\n`);
  }
  const file = await write({ ...about, scenarios: measured });
  console.log(`${summary(measured)}. All figures: ${file}`);
}

run(process.argv.slice(2)).catch((error: unknown) => {
  console.error(`${error instanceof Error ? error.stack : String(error)}\n${USAGE}`);
  process.exitCode = 1;
});

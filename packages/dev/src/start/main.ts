// The second half of npm start, under the pinned runtime: everything is installed and built.
import { projectRoot, stateDirectory } from '../paths.ts';
import { bold, dim, showError, step } from '../steps.mjs';
import { startDevelopment } from './development.ts';
import { runExample } from './example.ts';
import { nextSteps } from './next-steps.ts';
import { supervise } from './supervise.ts';

const since = Number(process.argv.find((each) => each.startsWith('--since='))?.slice('--since='.length) ?? Date.now());
const supervisor = supervise();
try {
  const { state } = await startDevelopment({
    directory: stateDirectory,
    env: process.env,
    step,
    onStarted: supervisor.add,
  });
  let said = '';
  await step('Running examples/first-job.ts', async () => {
    said = await runExample();
    return { title: 'A first job, examples/first-job.ts' };
  });
  process.stdout.write(`${said}\n\n${bold('Try next')}\n${nextSteps(state, projectRoot)}\n`);
  const took = ((Date.now() - since) / 1000).toFixed(1);
  process.stdout.write(
    `\n${bold(`Ready in ${took} s.`)} ${dim('Keys: .ojs/dev.json · log: .ojs/server.log · audit: .ojs/audit.jsonl')}\n`,
  );
  process.stdout.write('Ctrl-C stops everything.\n');
} catch (error) {
  showError(error);
  await supervisor.stopAll();
  process.exit(1);
}

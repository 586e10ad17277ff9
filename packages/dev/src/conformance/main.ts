// npm run conformance: the public conformance cases against a fresh server of this workspace, over TLS with
// authentication on. Arguments go to the runner, so `npm run conformance -- --only level-0 --verbose` works.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { freePorts } from '../free-port.ts';
import { projectRoot } from '../paths.ts';
import { type Development, startDevelopment } from '../start/development.ts';
import { supervise } from '../start/supervise.ts';
import { Explained, showError, step } from '../steps.mjs';
import { worthReading } from './server-log.ts';

const runner = join(process.env.OJS_CONFORMANCE_DIR ?? resolve(projectRoot, '../shared/conformance'), 'run.mjs');
/** What is built, and how many cases at once. What is given on the command line wins. */
const built = [
  'level-',
  'ext-dead-letter',
  'ext-durable-execution',
  'ext-graceful-shutdown',
  'ext-job-versioning',
  'ext-observability',
  'ext-webhooks',
];
const defaults = ['--only', built.join('|'), '--parallel', '8'];

const directory = await mkdtemp(join(tmpdir(), 'ojs-conformance-'));
const supervisor = supervise();
try {
  if (!existsSync(runner)) {
    throw new Explained(`No conformance cases at ${runner}. Name the folder that has them: OJS_CONFORMANCE_DIR`);
  }
  const development = await start();
  process.exitCode = await runCases(development);
  if (process.exitCode !== 0) {
    const log = worthReading(await readFile(development.logFile, 'utf8'));
    process.stderr.write(log === '' ? 'The server logged no warning.\n' : `What the server logged:\n${log}\n`);
  }
} catch (error) {
  showError(error);
  process.stdout.write('0 passed, 1 failed\n');
  process.exitCode = 1;
} finally {
  await supervisor.stopAll();
  await rm(directory, { recursive: true, force: true });
}
process.exit();

/** A server with the settings that the cases assume, beside any other that runs here. */
async function start(): Promise<Development> {
  const [port, plainPort] = await freePorts(2);
  const env = {
    OJS_VALIDATION_NAMES: 'core',
    OJS_VALIDATION_UNKNOWN_ATTRIBUTES: 'ignore',
    OJS_DEV_TEST_DIRECTIVES: '1',
    ...process.env,
    OJS_PORT: `${port}`,
    OJS_PLAIN_PORT: `${plainPort}`,
  };
  return startDevelopment({ directory, env, step, onStarted: supervisor.add });
}

function runCases({ state }: Development): Promise<number> {
  const headers = [`Authorization: Bearer ${state.keys.admin}`, 'X-OJS-Tenant: case-{n}'];
  const args = ['--url', state.url, ...headers.flatMap((line) => ['--header', line]), ...defaults];
  return new Promise((done, failed) => {
    const child = spawn(process.execPath, [runner, ...args, ...process.argv.slice(2)], {
      env: { ...process.env, NODE_EXTRA_CA_CERTS: state.ca },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    child.once('error', failed);
    child.once('close', (code) => done(code ?? 1));
  });
}

// Everything between a fresh clone and the first program of ours: packages installed, workspace built.
// Plain JavaScript without dependencies for any Node.js from 20 on.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Explained, step } from '../packages/dev/src/steps.mjs';

/** The root of this repository. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** The pinned runtime, the npm package `node`. */
export const runtime = join(root, 'node_modules/.bin/node');
const oldestNode = 20;
const stamp = join(root, 'node_modules/.ojs-installed');
const shims = join(root, '.ojs/bin');

const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/**
 * The environment for tools: node_modules/.bin and a `pnpm` (which turbo calls) on the PATH, nobody told that we build.
 * @returns {NodeJS.ProcessEnv}
 */
export function toolEnvironment() {
  const path = [join(root, 'node_modules/.bin'), shims, process.env.PATH].join(delimiter);
  return { ...process.env, PATH: path, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' };
}

/** Installs what is missing and builds what changed. */
export async function setUp() {
  checkNode();
  const wanted = installHash();
  const current = existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted && existsSync(runtime);
  if (!current) await step('Installing packages', () => install(wanted));
  await step('Building', async () => {
    await run(join(root, 'node_modules/.bin/turbo'), ['run', 'build', '--output-logs=errors-only']);
    return { title: 'Built' };
  });
}

function checkNode() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < oldestNode)
    throw new Explained(
      `Node.js ${process.versions.node} is too old: ${oldestNode} or newer is needed. Get one from nodejs.org.`,
    );
}

/** @returns {string} what the installed packages depend on, as one hash */
function installHash() {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch} ${packageManager}`);
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml']) hash.update(readFileSync(join(root, file)));
  return hash.digest('hex');
}

/** @param {string} wanted */
async function install(wanted) {
  await run('npx', ['--yes', packageManager, 'install', '--frozen-lockfile', '--reporter=append-only']);
  await writeShim();
  writeFileSync(stamp, wanted);
  return { title: 'Packages installed' };
}

/** Turbo runs `pnpm` from the PATH, where a newcomer has none: one that calls the pnpm that npx fetched. */
async function writeShim() {
  const fetched = (await run('npx', ['--yes', '--package', packageManager, '-c', 'command -v pnpm'])).trim();
  mkdirSync(shims, { recursive: true, mode: 0o700 });
  const script = `#!/bin/sh\n[ -x '${fetched}' ] && exec '${fetched}' "$@"\nexec npx --yes ${packageManager} "$@"\n`;
  writeFileSync(join(shims, 'pnpm'), script, { mode: 0o755 });
}

/**
 * Runs a tool in the root to its end, keeping its output to itself unless it fails.
 *
 * @param {string} command
 * @param {string[]} args
 * @returns {Promise<string>} what it printed
 */
export function run(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, env: toolEnvironment(), stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let printed = '';
    child.stdout.on('data', (text) => {
      output += text;
      printed += text;
    });
    child.stderr.on('data', (text) => {
      output += text;
    });
    child.once('error', (error) => reject(new Explained(`${command} could not be started: ${error.message}`)));
    child.once('close', (code) => {
      if (code === 0) resolve(printed);
      else
        reject(
          new Explained(`${[command.replace(`${root}/`, ''), ...args].join(' ')} failed (${code}):\n${tail(output)}`),
        );
    });
  });
}

/** @param {string} output @returns {string} its last 60 lines */
function tail(output) {
  return output.trimEnd().split('\n').slice(-60).join('\n');
}

/**
 * Hands over to a TypeScript program under the pinned runtime and ends as it ends. It is asked to end when we are: by a
 * signal (a terminal sends those to both, anyone else to us), or because npm, which started us, was ended by one that it
 * did not pass on. Through the channel it notices when we are killed.
 *
 * @param {string} program its path, relative to the root
 * @param {string[]} args
 * @returns {Promise<number>} its exit code
 */
export function handOver(program, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(runtime, [join(root, program), ...args], {
      cwd: root,
      env: toolEnvironment(),
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    });
    for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
      process.on(signal, () => {
        // At a terminal the whole group has had it already.
        if (signal !== 'SIGINT' || process.stdin.isTTY !== true) child.kill(signal);
      });
    }
    const npm = process.env.npm_lifecycle_event === undefined ? undefined : process.ppid;
    const watch = setInterval(() => {
      if (npm !== undefined && process.ppid !== npm) child.kill('SIGTERM');
    }, 500);
    child.once('error', reject);
    child.once('close', (code, signal) => {
      clearInterval(watch);
      resolve(code ?? (signal === 'SIGINT' ? 130 : 143));
    });
  });
}

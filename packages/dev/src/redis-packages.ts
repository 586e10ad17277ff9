import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { withoutSecrets } from './child.ts';
import { type CommandResult, runCommand } from './run-command.ts';

/** Tells the reader what is being done, in one short line. */
export type Tell = (line: string) => void;

const quiet = { ...withoutSecrets(process.env), DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' };
const apt = (args: string[], cwd?: string): Promise<CommandResult> =>
  runCommand('apt-get', args, { env: quiet, ...(cwd !== undefined && { cwd }), timeoutMs: 300_000 });

/** Whether this system has Debian's package tools. */
export async function hasApt(): Promise<boolean> {
  return (await apt(['--version'])).code === 0;
}

/**
 * Installs `redis-server` from the distribution's packages; needs root.
 *
 * The service that the package brings is not started: we run Redis as a child of our own.
 *
 * @throws Error with apt's words when the packages cannot be had
 */
export async function installRedisPackage(tell: Tell): Promise<void> {
  tell('installing redis-server from the packages of this distribution (apt-get)');
  const install = ['install', '-y', '-q', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=120', 'redis-server'];
  await withoutServiceStart(async () => {
    if ((await apt(install)).code === 0) return;
    const update = await apt(['update', '-q']);
    const second = await apt(install);
    if (second.code !== 0) throw new Error(lastWords('apt-get install redis-server', second, update));
  });
}

/** Debian asks policy-rc.d before it starts a service; 101 means no. One that exists already is left alone. */
async function withoutServiceStart(work: () => Promise<void>): Promise<void> {
  const policy = '/usr/sbin/policy-rc.d';
  const ours = !existsSync(policy);
  if (ours) await writeFile(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755, flag: 'wx' });
  try {
    await work();
  } finally {
    if (ours) await rm(policy, { force: true });
  }
}

/**
 * Downloads `redis-server` and those of its dependencies that this system lacks, and unpacks them into `target`,
 * without any rights. Whole or not at all: several processes may try at once.
 *
 * @throws Error with apt's words when the packages cannot be had
 */
export async function unpackRedisPackages(target: string, tell: Tell): Promise<void> {
  tell(`unpacking redis-server from the packages of this distribution into ${target}`);
  await mkdir(dirname(target), { recursive: true, mode: 0o700 });
  const work = await mkdtemp(join(dirname(target), 'redis-unpack-'));
  try {
    const lists = await ownPackageLists(work);
    // First with the lists that the system has; if it has none, or old ones, with fresh lists of our own.
    const first = await download(work, []);
    if (first !== undefined) {
      await apt([...lists, 'update', '-q']);
      const second = await download(work, lists);
      if (second !== undefined) throw new Error(second);
    }
    const root = join(work, 'root');
    for (const file of (await readdir(work)).filter((name) => name.endsWith('.deb'))) {
      const unpacked = await runCommand('dpkg-deb', ['-x', join(work, file), root]);
      if (unpacked.code !== 0) throw new Error(lastWords(`dpkg-deb -x ${file}`, unpacked));
    }
    await rm(target, { recursive: true, force: true });
    await rename(root, target).catch((error: unknown) => {
      if (!existsSync(target)) throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Options that make apt keep its package lists below `work`, so that `update` needs no rights. */
async function ownPackageLists(work: string): Promise<string[]> {
  for (const directory of ['lists/partial', 'cache/archives/partial']) {
    await mkdir(join(work, directory), { recursive: true });
  }
  const option = (name: string, value: string): string[] => ['-o', `${name}=${value}`];
  return [...option('Dir::State::lists', join(work, 'lists')), ...option('Dir::Cache', join(work, 'cache'))];
}

/** Downloads the .deb files into `work`. Returns why it failed, or undefined when it did not. */
async function download(work: string, options: string[]): Promise<string | undefined> {
  const plan = await apt([...options, 'install', '--simulate', '--no-install-recommends', 'redis-server']);
  if (plan.code !== 0) return lastWords('apt-get install --simulate redis-server', plan);
  const names = packagesToUnpack(plan.stdout);
  const fetched = await apt([...options, 'download', '-q', ...names], work);
  return fetched.code === 0 ? undefined : lastWords(`apt-get download ${names.join(' ')}`, fetched);
}

/**
 * The packages that `apt-get install --simulate` would install, but for the C library: a process cannot mix two of
 * them, and the one that the system has is at least as new as the distribution's Redis needs.
 */
export function packagesToUnpack(simulation: string): string[] {
  const names = [...simulation.matchAll(/^Inst (\S+)/gm)].map((found) => found[1] as string);
  const wanted = names.filter((name) => !/^(libc6|libc-bin|locales)(:|$)/.test(name));
  // Where redis-server is installed already (but does not run), simulate names nothing.
  return wanted.length > 0 ? wanted : ['redis-server', 'redis-tools'];
}

function lastWords(what: string, ...results: CommandResult[]): string {
  const words = results.map(({ stdout, stderr }) => (stderr.trim() || stdout.trim()).split('\n').slice(-4).join('\n'));
  return `${what} failed:\n${words.join('\n')}`;
}

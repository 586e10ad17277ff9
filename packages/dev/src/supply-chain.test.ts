import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { projectRoot } from './paths.ts';

const read = (path: string): string => readFileSync(join(projectRoot, path), 'utf8');
const lockfile = read('pnpm-lock.yaml');
/** The part of the lockfile that says where each version comes from. */
const packages = lockfile.slice(lockfile.indexOf('\npackages:'), lockfile.indexOf('\nsnapshots:'));

/** Every version of a package that may be installed. */
const versionsOf = (name: string): string[] =>
  [...packages.matchAll(new RegExp(`^  '?${name}@(\\d[^':(]*)`, 'gm'))].map(([, version = '']) => version);

const isAtLeast = (version: string, floor: readonly number[]): boolean => {
  const parts = version.split('.').map(Number);
  const differs = floor.findIndex((part, index) => parts[index] !== part);
  return differs < 0 || (parts[differs] ?? 0) > (floor[differs] ?? 0);
};

test('every package that is installed is known by its hash', () => {
  const entries = packages.split(/\n\n(?= {2}\S)/).slice(1);
  expect(entries.length).toBeGreaterThan(100);
  for (const entry of entries) expect(entry).toMatch(/resolution: \{integrity: sha512-[A-Za-z0-9+/]{86}==[,}]/);
});

test('none of them may run a script when it is installed, but the runtime that is pinned', () => {
  const workspace = read('pnpm-workspace.yaml');
  const builds = workspace.slice(workspace.indexOf('\nallowBuilds:')).split('\n').slice(2);
  const allowed = builds.flatMap((line) => /^ {2}(\S+): true$/.exec(line)?.[1] ?? []);
  expect(allowed).toEqual(['node']);
  expect(workspace).not.toMatch(/onlyBuiltDependencies|dangerouslyAllowAllBuilds/);
});

test('what we publish runs no script when it is installed, and names exact versions', () => {
  const manifests = ['package.json', ...globSync('{apps,packages}/*/package.json', { cwd: projectRoot })];
  for (const path of manifests.filter((each) => existsSync(join(projectRoot, each)))) {
    const { scripts = {}, dependencies = {}, devDependencies = {} } = JSON.parse(read(path));
    const atInstall = Object.keys(scripts).filter((name) => /^(pre|post)?(install|prepare)$/.test(name));
    expect(atInstall, path).toEqual([]);
    for (const version of Object.values({ ...dependencies, ...devDependencies })) {
      expect(version, path).toMatch(/^(\d+\.\d+\.\d+(-[\w.]+)?|workspace:\*|npm:\S+@\d+\.\d+\.\d+)$/);
    }
  }
});

test('the floors below which there are known holes are kept', () => {
  const floors = { fastify: [5, 8, 5], undici: [7], jose: [6], zod: [4] };
  for (const [name, floor] of Object.entries(floors)) {
    const versions = versionsOf(name);
    expect(versions, name).not.toEqual([]);
    for (const version of versions) expect(isAtLeast(version, floor), `${name} ${version}`).toBe(true);
  }
  expect(['5.8.4', '5.8.5', '6.0.0', '4.9.9'].map((version) => isAtLeast(version, [5, 8, 5]))).toEqual([
    ...[false, true, true, false],
  ]);
});

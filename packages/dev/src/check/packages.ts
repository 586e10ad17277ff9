import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, delimiter, join } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { makePrivateDirectory, projectRoot, stateDirectory } from '../paths.ts';
import { Explained } from '../steps.mjs';
import { runTool } from './tool.ts';

/** What is published: the folder of each package. */
export const publishedPackages = ['schema', 'client', 'producer-sdk', 'worker-sdk'].map((name) =>
  join(projectRoot, 'packages', name),
);

/** The oldest Node.js line that the published packages support, as a version of the npm package `node`. */
const oldestNode = '22.23.3';

/** Packs every published package, as a registry would get it, judges each, and tries the SDKs on the oldest Node.js. */
export async function checkPackages(tell: (line: string) => void): Promise<{ detail: string }> {
  const work = await mkdtemp(join(tmpdir(), 'ojs-packed-'));
  try {
    const tarballs: string[] = [];
    for (const folder of publishedPackages) {
      tell(`packing ${basename(folder)}`);
      tarballs.push(await pack(folder, work));
    }
    for (const tarball of tarballs) {
      tell(`judging ${basename(tarball)}`);
      await judge(tarball);
    }
    tell(`installing the packed SDKs for Node.js ${oldestNode}`);
    const [node] = await Promise.all([oldestRuntime(), installPacked(work, tarballs)]);
    await tryImports(node, work);
    return { detail: `${tarballs.length} packages, Node.js ${oldestNode}` };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function pack(folder: string, target: string): Promise<string> {
  const before = new Set(await readdir(target));
  await runTool('pnpm', ['pack', '--pack-destination', target], { cwd: folder });
  const made = (await readdir(target)).find((name) => !before.has(name));
  if (made === undefined) throw new Explained(`pnpm pack made nothing for ${folder}`);
  return join(target, made);
}

async function judge(tarball: string): Promise<void> {
  const content = await readFile(tarball);
  const bytes = content.buffer.slice(content.byteOffset, content.byteOffset + content.byteLength) as ArrayBuffer;
  const { messages, pkg } = await publint({ pack: { tarball: bytes }, strict: true });
  const complaints = messages.filter(({ type }) => type !== 'suggestion').map((message) => formatMessage(message, pkg));
  if (complaints.length > 0) throw new Explained(`publint, ${basename(tarball)}:\n${complaints.join('\n')}`);
  await runTool(join(projectRoot, 'packages/dev/node_modules/.bin/attw'), [
    tarball,
    '--profile',
    'esm-only',
    '--format',
    'ascii',
    '--no-color',
    '--no-emoji',
  ]);
}

/** A Node.js of the oldest supported line; kept below `.ojs/` for the next time. Its install script fetches it. */
async function oldestRuntime(): Promise<string> {
  const home = await makePrivateDirectory(join(stateDirectory, `node-${oldestNode}`));
  const program = join(home, 'node_modules/node/bin/node');
  if (!existsSync(program)) {
    // With a manifest of its own: npm would take the nearest one above.
    await writeFile(join(home, 'package.json'), JSON.stringify({ name: 'oldest-node', private: true }));
    await npm(['install', `node@${oldestNode}`], home);
  }
  return program;
}

async function installPacked(work: string, tarballs: string[]): Promise<void> {
  const dependencies = Object.fromEntries(
    tarballs.map((tarball, index) => [`@ojs/${basename(publishedPackages[index] as string)}`, `file:${tarball}`]),
  );
  const manifest = { name: 'packed', private: true, type: 'module', dependencies };
  await writeFile(join(work, 'package.json'), JSON.stringify(manifest));
  await npm(['install', '--ignore-scripts'], work);
}

async function tryImports(node: string, work: string): Promise<void> {
  const names = publishedPackages.map((folder) => `@ojs/${basename(folder)}`);
  const program = names.map(
    (name) => `if (Object.keys(await import('${name}')).length === 0) throw new Error('${name} exports nothing');`,
  );
  await writeFile(join(work, 'try.js'), `${program.join('\n')}\n`);
  await runTool(node, [join(work, 'try.js')], { cwd: work });
}

async function npm(args: string[], cwd: string): Promise<void> {
  const quiet = ['--no-audit', '--no-fund', '--no-package-lock', '--prefer-offline', '--loglevel=error'];
  // The npm of the machine under the Node.js of the machine: beside that one are its settings.
  const outside = (process.env.PATH ?? '').split(delimiter).filter((each) => !each.startsWith(projectRoot));
  await runTool('npm', [...args, ...quiet], { cwd, env: { PATH: outside.join(delimiter) } });
}

import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of this repository. */
export const projectRoot: string = fileURLToPath(new URL('../../../', import.meta.url)).replace(/\/$/, '');

/** Where everything local is kept: certificates, Redis data, development keys. Never in git. */
export const stateDirectory: string = join(projectRoot, '.ojs');

/** Makes a directory that only its owner can read (0700), also when it existed with other rights. */
export async function makePrivateDirectory(path: string): Promise<string> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  await chmod(path, 0o700);
  return path;
}

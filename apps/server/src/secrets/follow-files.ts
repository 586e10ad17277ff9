import { stat } from 'node:fs/promises';
import { type Followed, follow } from '../config/follow.ts';
import { readSecretFile, type SecretFile } from '../config/secret-file.ts';

/** What changes whenever a file, or what a symbolic link leads to, is another one or has other contents. */
async function stateOf(path: string): Promise<string> {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join();
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  }
}

/**
 * Follows the files of secrets, also behind symbolic links that are swapped, as Kubernetes does.
 * @param changed hears of a file whose state is another than at the last look, and at the first look of every file.
 */
export function followFiles(
  files: ReadonlyMap<string, string>,
  changed: (name: string, read: SecretFile) => void,
): Followed {
  const states = new Map<string, string>();

  const lookAt = async ([name, path]: readonly [string, string]): Promise<void> => {
    const state = await stateOf(path);
    if (state === states.get(name)) return;
    states.set(name, state);
    changed(name, readSecretFile(path));
  };
  return follow([...files.values()], async () => {
    await Promise.all([...files].map(lookAt));
  });
}

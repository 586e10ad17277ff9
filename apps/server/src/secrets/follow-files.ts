import { type FSWatcher, watch } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { readSecretFile, type SecretFile } from '../config/secret-file.ts';

/** How often files are looked at besides the notices of the system, which some file systems do not give. */
const LOOK_MS = 500;

/** What changes whenever a file, or what a symbolic link leads to, is another one or has other contents. */
async function stateOf(path: string): Promise<string> {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join();
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  }
}

/** Files that are followed. */
export interface FollowedFiles {
  /** Looks at all of them now; resolves when what changed has been told. */
  look(): Promise<void>;
  close(): void;
}

/**
 * Follows the files of secrets, also behind symbolic links that are swapped, as Kubernetes does.
 * @param changed hears of a file whose state is another than at the last look, and at the first look of every file.
 */
export function followFiles(
  files: ReadonlyMap<string, string>,
  changed: (name: string, read: SecretFile) => void,
): FollowedFiles {
  const states = new Map<string, string>();
  let looking: Promise<void> | undefined;
  let again = false;

  const lookAt = async ([name, path]: readonly [string, string]): Promise<void> => {
    const state = await stateOf(path);
    if (state === states.get(name)) return;
    states.set(name, state);
    changed(name, readSecretFile(path));
  };
  const lookAtAll = async (): Promise<void> => {
    do {
      again = false;
      await Promise.all([...files].map(lookAt));
    } while (again);
    looking = undefined;
  };
  const look = (): Promise<void> => {
    if (looking === undefined) looking = lookAtAll();
    else again = true;
    return looking;
  };

  const timer = setInterval(() => void look(), LOOK_MS).unref();
  const watchers = [...new Set([...files.values()].map(dirname))].flatMap((directory) => watching(directory, look));
  return {
    look,
    close() {
      clearInterval(timer);
      for (const watcher of watchers) watcher.close();
    },
  };
}

/** Watches a directory, not the file: a mounted secret or an editor replaces the file, and a watch on it would end. */
function watching(directory: string, look: () => void): FSWatcher[] {
  try {
    const watcher = watch(directory, { persistent: false }, look);
    watcher.on('error', () => watcher.close());
    return [watcher];
  } catch {
    // The directory is gone, or the system has no watches left: looking twice a second does the same, later.
    return [];
  }
}

import { type FSWatcher, watch } from 'node:fs';
import { dirname } from 'node:path';

/** How often files are looked at besides the notices of the system, which some file systems do not give. */
const LOOK_MS = 500;

/** Files that are followed. */
export interface Followed {
  /** Looks now. When it resolves, what the files held at the call has been looked at. */
  look(): Promise<void>;
  close(): void;
}

/**
 * Looks whenever something may have changed in the directories of these files, one look at a time.
 * @param look never rejects
 */
export function follow(paths: readonly string[], look: () => Promise<void>): Followed {
  let looking: Promise<void> | undefined;
  let again = false;
  const run = async (): Promise<void> => {
    try {
      do {
        again = false;
        await look();
      } while (again);
    } finally {
      looking = undefined;
    }
  };
  const request = (): Promise<void> => {
    if (looking === undefined) looking = run();
    else again = true;
    return looking;
  };
  const timer = setInterval(() => void request(), LOOK_MS).unref();
  const watchers = [...new Set(paths.map((path) => dirname(path)))].map((directory) => watched(directory, request));
  return {
    look: request,
    close() {
      clearInterval(timer);
      for (const watcher of watchers) watcher?.close();
    },
  };
}

/** The directory, not the file: a mounted secret or an editor replaces the file, and a watch on it would end. */
function watched(directory: string, request: () => Promise<void>): FSWatcher | undefined {
  try {
    const watcher = watch(directory, { persistent: false }, () => void request());
    return watcher.on('error', () => watcher.close());
  } catch {
    // The system has no watches left: looking twice a second does the same, later.
    return undefined;
  }
}

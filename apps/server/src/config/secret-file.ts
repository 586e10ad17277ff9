import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

/** A secret's file as it was read, or why it cannot be used: never with what is in it. */
export type SecretFile =
  | {
      readonly text: string;
      /** Whether every user of the machine may read or change it. */
      readonly isOpen: boolean;
    }
  | { readonly problem: string };

const MAX_BYTES = 64 * 1024;
const OTHERS = 0o006;

/**
 * Reads a mounted secret: a regular file (also behind symbolic links, as Kubernetes mounts them) with at most 64 KiB of text. One newline at its
 * end, which editors add, is cut. Never waits: a pipe that nobody writes to is refused, not read.
 */
export function readSecretFile(path: string): SecretFile {
  let file: number | undefined;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stat = fstatSync(file);
    if (!stat.isFile()) return { problem: `${path} is not a file` };
    const bytes = Buffer.alloc(MAX_BYTES + 1);
    let size = 0;
    for (let more = -1; more !== 0 && size < bytes.length; size += more)
      more = readSync(file, bytes, size, bytes.length - size, null);
    if (size > MAX_BYTES) return { problem: `the file ${path} is longer than 64 KiB, so it holds something else` };
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, size)).replace(/\r?\n$/, '');
    bytes.fill(0);
    if (text === '') return { problem: `the file ${path} is empty: give the secret` };
    return { text, isOpen: (stat.mode & OTHERS) !== 0 };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    return {
      problem: `the file ${path} cannot be read (${code}): check that it exists and that this user may read it`,
    };
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

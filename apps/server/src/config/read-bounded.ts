import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

/** A file that is not what it was taken for, or is being written at this moment. */
export class NotThatFile extends Error {
  override readonly name = 'NotThatFile';
  readonly code: 'not_a_file' | 'too_large' | 'changing';

  constructor(code: NotThatFile['code']) {
    super(code);
    this.code = code;
  }
}

/** A file's bytes, and whether everybody on this machine may read them. */
export interface ReadFile {
  readonly bytes: Buffer;
  readonly isWorldReadable: boolean;
}

const WORLD_READABLE = 0o004;

/**
 * Reads a file that may be replaced or grow meanwhile, never more than `maxBytes` of it. Never waits: a pipe that nobody writes to is no file.
 * @throws {NotThatFile} when it is larger, grows, or is no regular file; else what the system says (`code`).
 */
export async function readBounded(path: string, maxBytes: number): Promise<ReadFile> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stat = await file.stat();
    if (!stat.isFile()) throw new NotThatFile('not_a_file');
    if (stat.size > maxBytes) throw new NotThatFile('too_large');
    const buffer = Buffer.alloc(stat.size + 1);
    let length = 0;
    for (let read = 1; read > 0; length += read) {
      if (length === buffer.length) throw new NotThatFile('changing');
      read = (await file.read(buffer, length, buffer.length - length)).bytesRead;
    }
    return { bytes: buffer.subarray(0, length), isWorldReadable: (stat.mode & WORLD_READABLE) !== 0 };
  } finally {
    await file.close();
  }
}

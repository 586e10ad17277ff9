import { type FileHandle, open } from 'node:fs/promises';

/** Where records go. */
export interface Sink {
  /** Writes the bytes; resolves with how many were taken, from the first on. */
  write(bytes: Buffer): Promise<number>;
  /** Opens anew before the next write: the file was moved away (log rotation). */
  reopen(): void;
  close(): Promise<void>;
}

/** Appends to a file that only its owner may read; makes it when there is none. */
export class FileSink implements Sink {
  readonly #path: string;
  #handle: FileHandle | undefined;
  #stale = false;

  constructor(path: string) {
    this.#path = path;
  }

  async write(bytes: Buffer): Promise<number> {
    if (this.#stale) await this.close();
    this.#handle ??= await open(this.#path, 'a', 0o600);
    return (await this.#handle.write(bytes)).bytesWritten;
  }

  reopen(): void {
    this.#stale = true;
  }

  async close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    this.#stale = false;
    await handle?.close();
  }
}

/** Writes to standard output, or to another stream. */
export class StreamSink implements Sink {
  readonly #stream: NodeJS.WritableStream;

  constructor(stream: NodeJS.WritableStream) {
    this.#stream = stream;
    // The callback of the write says the same; without a listener it would end the process.
    stream.on('error', () => undefined);
  }

  write(bytes: Buffer): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#stream.write(bytes, (error) => (error ? reject(error) : resolve(bytes.length)));
    });
  }

  reopen(): void {}

  async close(): Promise<void> {}
}

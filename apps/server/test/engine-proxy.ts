import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Stands between an engine and Redis, and cuts all connections at the command that a test names. */
export interface CuttingProxy {
  readonly url: string;
  /**
   * From now on, counts commands of all connections, and cuts at the nth: before Redis sees it, or after Redis answered
   * and before the engine hears of it. Afterwards nobody gets through any more.
   */
  cutAt(nth: number, when: 'before' | 'after'): void;
  readonly isCut: boolean;
  close(): Promise<void>;
}

/** Where the first command in the bytes ends (RESP: `*2\r\n$3\r\nGET\r\n$1\r\nk\r\n`), or -1 when it is not complete. */
function endOfCommand(bytes: Buffer): number {
  const line = (from: number): [number, number] | undefined => {
    const end = bytes.indexOf('\r\n', from);
    return end < 0 ? undefined : [Number(bytes.toString('latin1', from + 1, end)), end + 2];
  };
  const head = line(0);
  if (!head) return -1;
  let [left, at] = head;
  for (; left > 0; left--) {
    const part = line(at);
    if (!part) return -1;
    at = part[1] + part[0] + 2;
    if (at > bytes.length) return -1;
  }
  return at;
}

export async function startProxy(redisSocket: string): Promise<CuttingProxy> {
  const directory = await mkdtemp(join(tmpdir(), 'ojs-proxy-'));
  const path = join(directory, 'p.sock');
  const sockets = new Set<Socket>();
  let cut: { left: number; when: 'before' | 'after' } | undefined;
  let isCut = false;

  function cutAll(): void {
    isCut = true;
    for (const socket of sockets) socket.destroy();
  }

  function serve(client: Socket): void {
    if (isCut) return void client.destroy();
    const redis = connect(redisSocket);
    let pending = Buffer.alloc(0);
    let swallow = false;
    for (const socket of [client, redis]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        redis.destroy();
      });
    }
    client.on('data', (bytes: Buffer) => {
      pending = Buffer.concat([pending, bytes]);
      for (let end = endOfCommand(pending); end > 0 && !isCut; end = endOfCommand(pending)) {
        if (cut && --cut.left === 0) {
          if (cut.when === 'before') return cutAll();
          swallow = true;
        }
        redis.write(pending.subarray(0, end));
        pending = pending.subarray(end);
      }
    });
    redis.on('data', (bytes) => {
      if (swallow) cutAll();
      else client.write(bytes);
    });
  }

  const server = createServer(serve);
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return {
    url: `unix://${path}`,
    cutAt(nth, when) {
      cut = { left: nth, when };
    },
    get isCut() {
      return isCut;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      await rm(directory, { recursive: true, force: true });
    },
  };
}

import { createServer } from 'node:net';

/**
 * Asks the system for TCP ports that nobody listens on.
 *
 * All are held open at once, so the numbers differ. Another process may still take one before it is used.
 *
 * @param count how many, default 1
 * @param host the address to try, default 127.0.0.1
 */
export async function freePorts(count = 1, host = '127.0.0.1'): Promise<number[]> {
  const held = await Promise.all(Array.from({ length: count }, () => holdPort(0, host)));
  await Promise.all(held.map((each) => each.release()));
  return held.map((each) => each.port);
}

/** One port that nobody listens on, see {@link freePorts}. */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  const [port] = await freePorts(1, host);
  return port as number;
}

/** Whether a TCP port can be listened on just now. */
export async function isPortFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  try {
    await (await holdPort(port, host)).release();
    return true;
  } catch {
    return false;
  }
}

async function holdPort(port: number, host: string): Promise<{ port: number; release: () => Promise<void> }> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host, exclusive: true }, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP listener has a port');
  return { port: address.port, release: () => new Promise((resolve) => server.close(() => resolve())) };
}

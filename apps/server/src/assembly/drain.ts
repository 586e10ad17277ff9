import type { Server } from 'node:http';

/** How often connections that became idle are closed while the server stops, in milliseconds. */
const SWEEP_MS = 50;

/**
 * Stops to listen, lets requests in flight finish, closes each connection when it has no request, and after `graceMs`
 * the rest.
 */
export async function drain(servers: readonly Server[], graceMs: number): Promise<void> {
  const closed = servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve())));
  const sweep = setInterval(() => {
    for (const server of servers) server.closeIdleConnections();
  }, SWEEP_MS);
  const rest = setTimeout(() => {
    for (const server of servers) server.closeAllConnections();
  }, graceMs);
  await Promise.all(closed);
  clearInterval(sweep);
  clearTimeout(rest);
}

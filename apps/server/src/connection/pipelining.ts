import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Requests of one connection that may wait behind another; clients that wait for each answer have none. */
const MOST = 8;

const behind = new WeakMap<Socket, number>();

/**
 * Whether too many requests of this connection are under way. Node begins each request as soon as it has arrived, whatever
 * is still to be answered: without a bound, one connection could hold any number of bodies and of waiting fetches.
 */
export function isCrowded(response: ServerResponse, socket: Socket): boolean {
  // A response that waits for its turn has no socket yet.
  if (response.socket !== null) return false;
  const waiting = (behind.get(socket) ?? 0) + 1;
  behind.set(socket, waiting);
  response.once('close', () => behind.set(socket, (behind.get(socket) ?? 1) - 1));
  return waiting > MOST;
}

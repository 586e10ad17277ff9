import type { IncomingMessage, Server } from 'node:http';

const awaiting = new WeakSet<IncomingMessage>();
const unknown = new WeakSet<IncomingMessage>();

/**
 * `Expect: 100-continue` is not answered by Node itself but by the pipeline, when it is about to read the body: who is
 * refused (no credential, too large) never gets a 100. Other expectations are refused there too.
 */
export function takeExpectations(server: Server): void {
  server.on('checkContinue', (request, response) => {
    awaiting.add(request);
    server.emit('request', request, response);
  });
  server.on('checkExpectation', (request, response) => {
    unknown.add(request);
    server.emit('request', request, response);
  });
}

/** Whether the client holds the body back until it is told to go on. */
export const awaitsContinue = (request: IncomingMessage): boolean =>
  request.headers.expect !== undefined && awaiting.has(request);

export const hasUnknownExpectation = (request: IncomingMessage): boolean =>
  request.headers.expect !== undefined && unknown.has(request);

export const continued = (request: IncomingMessage): void => void awaiting.delete(request);

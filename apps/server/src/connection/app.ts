import { type Operation, operations } from '@ojs/schema';
import { type FastifyError, type FastifyInstance, type FastifyRequest, fastify } from 'fastify';
import type { Answers } from './answer.ts';
import { knownPaths, refuseRequest, refuseUnrouted } from './before-route.ts';
import { tooLarge } from './body.ts';
import { type Client, clientOf, type Malformed } from './forwarded.ts';
import { type HeaderFacts, inspectHeaders } from './headers.ts';
import { createListener, type ListenerOptions } from './listener.ts';
import { isCrowded } from './pipelining.ts';
import { onClientError } from './raw-answer.ts';
import { Refusal, refuse } from './refusal.ts';
import { requestIdOf } from './request-id.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** What the connection stage saw of the raw headers. */
    facts: HeaderFacts | undefined;
    /** From where it comes; what a trusted proxy said of it, where one did. */
    client: Client | undefined;
  }
  interface FastifyContextConfig {
    operation?: Operation;
  }
}

export interface AppOptions {
  readonly listener: ListenerOptions;
  readonly answers: Answers;
  /** The largest body of any route; each route lowers it to its own. */
  readonly bodyBytes: number;
  /** Hears of failures that nobody expected; the client hears only a request id. */
  readonly onFailure: (error: unknown, requestId: string) => void;
}

/** Longer than the longest name in a path (255), percent-encoded. */
const MAX_PARAM_CHARS = 1_024;

/**
 * Fastify as this server uses it: no content parsing but the raw bytes, no schemas, no logger; and whatever fails below
 * the routes is answered in the format of all other answers. A route without a declared operation cannot be added.
 */
export function createApp({ listener, answers, bodyBytes, onFailure }: AppOptions): FastifyInstance {
  const app = fastify({
    serverFactory: (handler) => createListener(listener, handler),
    logger: false,
    clientErrorHandler: onClientError,
    genReqId: requestIdOf,
    requestIdHeader: false,
    exposeHeadRoutes: false,
    return503OnClosing: false,
    bodyLimit: bodyBytes,
    routerOptions: { maxParamLength: MAX_PARAM_CHARS },
    frameworkErrors: (_error, request, reply) => {
      // A path that cannot be decoded: the router gives up before any hook.
      const unfit = refuseRequest(request, inspectHeaders(request.raw.rawHeaders), listener.connections);
      const badPath = refuse('invalid_request', 'The path is not a valid URL path.', { details: { field: 'path' } });
      answers.refuse(reply, unfit ?? badPath);
    },
  });
  const paths = knownPaths(Object.values(operations));

  app.decorateRequest('facts', undefined);
  app.decorateRequest('client', undefined);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));

  app.addHook('onRoute', ({ config, method, url }) => {
    const operation = config?.operation;
    if (operation === undefined || operation.method !== method || urlOf(operation) !== url) {
      throw new Error(
        `the route ${String(method)} ${url} declares no operation, so nobody could be permitted to use it`,
      );
    }
  });

  app.addHook('onRequest', (request, reply, done) => {
    const facts = inspectHeaders(request.raw.rawHeaders);
    request.facts = facts;
    if (listener.secure?.clients?.mayServe(request.raw.socket) === false) {
      reply.hijack();
      return;
    }
    const client = clientOf(request.raw, listener.proxies);
    const crowded = isCrowded(reply.raw, request.raw.socket);
    let refusal = refuseRequest(request, facts, listener.connections) ?? (crowded ? tooManyAtOnce() : undefined);
    if ('malformed' in client) refusal ??= misforwarded(client);
    else request.client = client;
    if (refusal !== undefined) answers.refuse(reply, refusal);
    else if (request.is404) answers.refuse(reply, refuseUnrouted(request, paths));
    else done();
  });

  app.setNotFoundHandler((request, reply) => answers.refuse(reply, refuseUnrouted(request, paths)));
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const refusal = asRefusal(error, request);
    if (refusal.status >= 500) onFailure(error, request.id);
    answers.refuse(reply, refusal);
  });
  return app;
}

/** `/ojs/v1/jobs/{id}` → `/ojs/v1/jobs/:id`. */
export const urlOf = (operation: Operation): string => operation.path.replaceAll(/\{(\w+)\}/g, ':$1');

/** The errors of Fastify while it reads a body. */
function asRefusal(error: FastifyError, request: FastifyRequest): Refusal {
  if (error instanceof Refusal) return error;
  if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') return tooLarge(request.routeOptions.bodyLimit ?? 0);
  if (error.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    return refuse('unsupported_media_type', 'Content-Type: must be application/openjobspec+json.', {
      hint: 'Send the body as JSON.',
    });
  }
  if ((error.statusCode ?? 500) < 500)
    return refuse('invalid_request', 'The body could not be read as it was announced.');
  return internalError();
}

const tooManyAtOnce = (): Refusal =>
  refuse('rate_limited', 'Too many requests were sent on this connection without waiting for their answers.', {
    hint: 'Wait for an answer before sending the next request, or use more connections.',
    headers: { 'Retry-After': '1', Connection: 'close' },
  });

/** The proxy is ours and is to be put right; what it said is not guessed at. */
const misforwarded = ({ malformed }: Malformed): Refusal =>
  refuse('invalid_request', `${malformed}: the proxy sent it more than once, or not as it is defined.`, {
    hint: 'Let the proxy remove what clients sent under this name before it adds its own.',
    details: { field: malformed },
    headers: { Connection: 'close' },
  });

/** What a client hears of a failure that is ours. */
export const internalError = (): Refusal =>
  refuse('internal_error', 'The server failed. The request id finds the reason in its log.', {
    hint: 'Try again later; if it stays, give the request id to the operator.',
  });

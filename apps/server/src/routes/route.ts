import type { JobId, Limits, Operation, Permission } from '@ojs/schema';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { About } from '../access/decide.ts';
import type { Answers } from '../connection/answer.ts';
import { urlOf } from '../connection/app.ts';
import { refuseBody } from '../connection/body.ts';
import { awaitsContinue, continued } from '../connection/expect.ts';
import type { Refusal } from '../connection/refusal.ts';
import { Ask } from './ask.ts';
import type { Claimed } from './claimed.ts';
import { decideAndServe } from './decide-anew.ts';
import { identifyAsk } from './identify.ts';
import { parse } from './issues.ts';
import { permitAnywhere, permitClaimed, permitJob, permitQueues } from './permit.ts';
import { readQuery } from './query.ts';
import { flagQueryCredential } from './query-credential.ts';
import { asRefusal, notFound, type Resource } from './refusals.ts';
import { demandSecondFactor } from './second-factor.ts';
import type { Services } from './services.ts';

declare module 'fastify' {
  interface FastifyRequest {
    ask: Ask | undefined;
  }
}

type Parsed<S> = S extends z.ZodType ? z.output<S> : undefined;

/** What a handler gets: validated by the schemas of the operation. */
export interface Input<O extends Operation> {
  readonly params: Parsed<O['params']>;
  readonly query: Parsed<O['query']>;
  readonly body: Parsed<O['body']>;
}

/** What the permission of the operation is asked about, before the handler can run. */
export type Target<O extends Operation> =
  | 'public'
  /** The principal itself: nothing of the tenant's is read or changed. */
  | 'self'
  /** Queues that the caller names: 403 where one is not permitted. */
  | { readonly queues: (input: Input<O>) => readonly string[] }
  /** The same, read from a body that is not validated yet; throws where that cannot be read. */
  | { readonly claims: (body: unknown, ask: Ask) => readonly Claimed[]; readonly batch?: boolean }
  /** A job by its id: 404 where the caller may not know of it. Its queue is then `ask.queue`. */
  | { readonly job: (input: Input<O>) => z.output<typeof JobId> }
  /** Anything that the handler filters by `ask.may`: the permission must be held somewhere. */
  | 'visible'
  /** The same, where the caller can ask for what is about one job. */
  | { readonly visible: (input: Input<O>) => About };

export interface Declaration<O extends Operation> {
  readonly target: Target<O>;
  /** Validates the body where the schema alone cannot; `input.body` is then the body as it came. */
  readonly validatesBody?: boolean;
  readonly handle: (ask: Ask, input: Input<O>) => Promise<Answer> | Answer;
}

/** The body of the answer (none with status 204), and what else is not the rule. */
export type Answer =
  | { readonly body: unknown; readonly status?: number; readonly location?: string }
  /** An answer that is not one JSON body, written with the answers given. */
  | { readonly respond: (reply: FastifyReply, answers: Answers) => void };

/** A declared operation; everything that the server routes is one. */
export interface Route {
  readonly operation: Operation;
  readonly isPublic: boolean;
  /** permit → validate → operate. */
  readonly serve: (ask: Ask) => Promise<Answer>;
}

/** Declares how an operation is permitted and done. The types of its input come from its schemas. */
export function route<O extends Operation>(operation: O, declaration: Declaration<O>): Route {
  const { target, handle, validatesBody = false } = declaration;
  for (const word of ['public', 'self']) {
    if ((target === word) !== (operation.permission === word)) {
      throw new Error(`${operation.id}: target and permission must both be ${word}, or neither`);
    }
  }
  const permission = operation.permission as Permission;
  const isOptional = operation.body?.safeParse(undefined).success ?? false;

  function read(ask: Ask): Input<O> {
    const { params, query, body } = operation;
    const input: { params: unknown; query: unknown; body: unknown } = {
      params: params && readParams(params, ask),
      query: query && readQuery(query, ask),
      body: undefined,
    };
    // A form is read by its handler, which refuses it in the words of OAuth.
    if (operation.form || (isOptional && ask.bodyBytes === 0)) return input as Input<O>;
    // A DELETE may come without a body, and then says nothing in it.
    const bodyOptional = operation.bodyOptional || operation.method === 'DELETE';
    const sent = (): unknown => (bodyOptional && ask.bodyBytes === 0 ? {} : ask.body());
    if (body !== undefined) input.body = validatesBody ? ask.body() : parse(body, sent());
    // An operation without a body ignores one, but only one that is fit to be read.
    else if (ask.bodyBytes > 0) ask.body();
    return input as Input<O>;
  }

  /** Throws unless the caller has the permission. @returns the input, where that had to be read for it */
  async function permit(ask: Ask): Promise<Input<O> | undefined> {
    if (target === 'public' || target === 'self') return undefined;
    if (target === 'visible') {
      permitAnywhere(ask, permission);
      return undefined;
    }
    if ('claims' in target) {
      permitClaimed(ask, target.claims(ask.body(), ask), permission, target.batch ?? false);
      return undefined;
    }
    const input = read(ask);
    if ('visible' in target) permitAnywhere(ask, permission, target.visible(input));
    else if ('queues' in target) permitQueues(ask, target.queues(input), permission);
    else ask.queue = await permitJob(ask, target.job(input), permission);
    return input;
  }

  async function serve(ask: Ask): Promise<Answer> {
    const input = await permit(ask);
    demandSecondFactor(ask);
    return handle(ask, input ?? read(ask));
  }

  return { operation, isPublic: target === 'public', serve };
}

/** What an id in a path is the id of, where that is not a job. */
const RESOURCES: readonly (readonly [prefix: string, resource: Resource])[] = [
  ['/ojs/v1/workflows/', 'workflow'],
  ['/ojs/v1/admin/credentials/', 'credential'],
  ['/ojs/v1/webhooks/subscriptions/', 'webhook_subscription'],
  ['/ojs/v1/webhooks/deliveries/', 'webhook_delivery'],
];

/** An id that cannot be a job's is a job that does not exist. */
function readParams(schema: z.ZodObject, ask: Ask): unknown {
  const { params } = ask.request;
  if ('id' in schema.shape && !schema.safeParse(params).success) {
    const [, resource = 'job'] = RESOURCES.find(([prefix]) => ask.operation.path.startsWith(prefix)) ?? [];
    throw notFound(resource, String((params as { id?: unknown }).id));
  }
  return parse(schema, params);
}

/** Operations that do many things at once have the larger limit of a body. */
const BATCHES: ReadonlySet<string> = new Set(['enqueueBatch', 'enqueueJobs', 'ackJobs', 'createWorkflow']);

/** A form holds a token and a few words. */
const FORM_BYTES = 32 * 1024;

function bodyLimitOf({ id, form }: Operation, { batchBodyBytes, bodyBytes }: Limits): number {
  if (form) return Math.min(FORM_BYTES, bodyBytes);
  return BATCHES.has(id) ? batchBodyBytes : bodyBytes;
}

/** Adds the routes to a server: connection → identify → permit → validate → operate → answer, written once. */
export function addRoutes(app: FastifyInstance, services: Services, routes: readonly Route[]): void {
  const { answers, log, limits } = services;
  app.decorateRequest('ask', undefined);

  function fail(request: FastifyRequest, reply: FastifyReply, operation: Operation, error: unknown): void {
    const refusal: Refusal = asRefusal(error);
    const fields = { request_id: request.id, route: operation.id, status: refusal.status, code: refusal.code };
    // That Redis is away is told once, where it is noticed, and not for every request.
    if (refusal.status === 500) log.error({ ...fields, err: error }, 'request failed');
    else log.debug(fields, 'request refused');
    answers.refuse(reply, refusal);
  }

  for (const each of routes) {
    const { operation, isPublic } = each;
    const bodyLimit = bodyLimitOf(operation, limits);

    const readBody = (request: FastifyRequest, reply: FastifyReply, done: () => void): void => {
      const refusal = refuseBody(request.raw, bodyLimit, operation.form);
      if (refusal !== undefined) {
        fail(request, reply, operation, refusal);
        return;
      }
      if (awaitsContinue(request.raw)) {
        continued(request.raw);
        reply.raw.writeContinue();
      }
      done();
    };

    app.route({
      method: operation.method,
      url: urlOf(operation),
      bodyLimit,
      config: { operation },
      onRequest(request, reply, done) {
        const ask = new Ask(services, operation, request, reply);
        request.ask = ask;
        flagQueryCredential(ask);
        if (isPublic) return readBody(request, reply, done);
        const failed = (error: unknown): void => fail(request, reply, operation, error);
        try {
          const later = identifyAsk(ask);
          if (later === undefined) readBody(request, reply, done);
          else later.then(() => readBody(request, reply, done)).catch(failed);
        } catch (error) {
          failed(error);
        }
      },
      handler(request, reply) {
        const { ask } = request;
        if (ask === undefined) throw new Error(`${operation.id} was reached without identify`);
        decideAndServe(ask, () => each.serve(ask)).then(
          (answer) => {
            if ('respond' in answer) return answer.respond(reply, answers);
            const { body, status = operation.status, location } = answer;
            answers.send(reply, status, body, location === undefined ? undefined : { Location: location });
          },
          (error: unknown) => fail(request, reply, operation, error),
        );
      },
    });
  }
}

import { LIMITS, type Operation, operations } from '@ojs/schema';
import type { FastifyInstance } from 'fastify';
import { describe, expect, it } from 'vitest';
import { DEFAULT_POLICY } from '../access/policy.ts';
import { Answers } from '../connection/answer.ts';
import { createApp } from '../connection/app.ts';
import { ConnectionLimit } from '../connection/connection-limit.ts';
import { TrustedProxies } from '../connection/trusted-proxies.ts';
import { BackendUnavailable } from '../engine/errors.ts';
import { type Engine, StaleAccess } from '../engine/index.ts';
import { ROUTES } from './all.ts';
import { addRoutes, route } from './route.ts';
import type { Services } from './services.ts';

const proxies = new TrustedProxies();
const logged: unknown[] = [];
const log = { debug: () => undefined, error: (fields: unknown) => void logged.push(fields) };

/** An app around an engine that fails in ways that the real one cannot be made to. */
function appWith(
  engine: Partial<Engine>,
  learned: (epoch: string) => void = () => undefined,
  admitted: () => boolean = () => true,
): FastifyInstance {
  const answers = new Answers({ stopping: false });
  const app = createApp({
    listener: { limits: LIMITS, connections: new ConnectionLimit(100, proxies), proxies },
    answers,
    bodyBytes: 1_000,
    onFailure: (error) => void logged.push(error),
  });
  let epoch = '0';
  const epochs = {
    version: 0,
    known: () => epoch,
    learned: async (_: string, next: string) => {
      epoch = next;
      learned(next);
    },
  };
  const principal = {
    id: 'p',
    tenant: 't',
    plane: 'admin',
    roles: ['admin'],
    grants: [],
    credential: { kind: 'k', id: '1' },
    mfa: false,
  };
  const services = {
    engine,
    log,
    answers,
    limits: { bodyBytes: 1_000, batchBodyBytes: 1_000, depth: 32 },
    rules: { unknownAttributes: 'reject' },
    identity: {
      mechanisms: { header: [() => (admitted() ? { principal } : { refused: 'revoked' })] },
      challenge: () => 'Bearer',
    },
    access: { epochs, policy: () => DEFAULT_POLICY },
    audit: { record: () => undefined },
    logins: { success: () => undefined, failure: () => undefined },
    stopping: new AbortController().signal,
  };
  addRoutes(app, services as unknown as Services, ROUTES);
  return app;
}
const ask = (app: FastifyInstance) =>
  app.inject({ method: 'GET', url: '/ojs/v1/queues', headers: { host: 'a', authorization: 'Bearer a' } });

describe('deny by default', () => {
  const bare = () =>
    createApp({
      listener: { limits: LIMITS, connections: new ConnectionLimit(100, proxies), proxies },
      answers: new Answers({ stopping: false }),
      bodyBytes: 1_000,
      onFailure: () => undefined,
    });

  it('a route without a declared operation keeps the server from starting', () => {
    expect(() => bare().get('/ojs/v1/secret', () => 'x')).toThrow(/declares no operation/);
  });

  it('a route cannot borrow the operation of another', () => {
    const config = { operation: operations.getHealth };
    expect(() => bare().route({ method: 'GET', url: '/ojs/v1/secret', config, handler: () => 'x' })).toThrow(
      /declares no operation/,
    );
    expect(() => bare().route({ method: 'POST', url: '/ojs/v1/health', config, handler: () => 'x' })).toThrow(
      /declares no operation/,
    );
  });

  it('an operation with a permission cannot be declared public, nor the reverse', () => {
    expect(() => route(operations.listQueues, { target: 'public', handle: () => ({ body: {} }) })).toThrow(/public/);
    expect(() => route(operations.getHealth, { target: 'visible', handle: () => ({ body: {} }) })).toThrow(/public/);
  });

  it('every operation of the specification’s table is served', () => {
    expect(ROUTES.map(({ operation }: { operation: Operation }) => operation.id).sort()).toEqual(
      Object.keys(operations).sort(),
    );
  });
});

describe('a failure that nobody expected', () => {
  it('is 500 and says nothing but the request id, which is in the log', async () => {
    logged.length = 0;
    const failure = new Error('hunter2');
    const answer = await ask(appWith({ queues: () => Promise.reject(failure) }));
    expect(answer.statusCode).toBe(500);
    expect(answer.json().error).toMatchObject({ code: 'internal_error', request_id: answer.headers['x-request-id'] });
    expect(answer.body).not.toMatch(/hunter2|at .*\.ts/);
    expect(logged).toMatchObject([{ request_id: answer.headers['x-request-id'], err: failure }]);
  });
});

describe('access that became stale', () => {
  it('is learned, and the request decided anew', async () => {
    const learned: string[] = [];
    let calls = 0;
    const queues = async () => {
      if (++calls < 3) throw new StaleAccess(String(calls));
      return { queues: [], total: 0 };
    };
    const answer = await ask(appWith({ queues }, (epoch) => learned.push(epoch)));
    expect([answer.statusCode, learned]).toEqual([200, ['1', '2']]);
  });

  it('three times in a row is 503', async () => {
    const answer = await ask(appWith({ queues: () => Promise.reject(new StaleAccess('9')) }));
    expect([answer.statusCode, answer.headers['retry-after']]).toEqual([503, '1']);
  });
});

describe('a batch of acks', () => {
  const ids = [1, 2, 3].map((n) => `019539a4-0000-7000-8000-00000000000${n}`);
  /** An engine whose acks fail as `failure` says, given the job and how often it was asked. */
  function acking(failure: (id: string, time: number) => Error | false, admitted?: () => boolean) {
    const asked: string[] = [];
    const ack: Engine['ack'] = async (_, __, { id, queue }) => {
      asked.push(id);
      const time = asked.filter((each) => each === id).length;
      const error = failure(id, time);
      if (error) throw error;
      return { id, queue, type: 'a', state: 'completed', attempt: 1, max_attempts: 3, durationMs: 1 };
    };
    const app = appWith({ locate: async () => 'q', ack }, undefined, admitted);
    const send = async () => {
      const answer = await app.inject({
        method: 'POST',
        url: '/ojs/v1/workers/ack/batch',
        headers: { host: 'a', authorization: 'Bearer a', 'content-type': 'application/json' },
        payload: { acks: ids.map((job_id) => ({ job_id })) },
      });
      const results: { error?: { code: string; retryable: boolean } }[] | undefined = answer.json().results;
      return { status: answer.statusCode, results: results?.map(({ error }) => error?.code ?? 'done') };
    };
    return { asked, send };
  }

  const stale = (time = 1) => new StaleAccess(`${time}`);

  it('what was done is not done again when access changes, and the rest is decided anew', async () => {
    const { asked, send } = acking((id, time) => id === ids[1] && time < 3 && stale(time));
    expect(await send()).toEqual({ status: 200, results: ['done', 'done', 'done'] });
    expect(asked).toEqual([...ids, ids[1], ids[1]]);
  });

  it('one that is stale three times in a row is 503, that ack alone', async () => {
    const { asked, send } = acking((id, time) => id === ids[1] && stale(time));
    expect(await send()).toEqual({ status: 200, results: ['done', 'backend_unavailable', 'done'] });
    expect(asked).toHaveLength(5);
  });

  it('a caller that is not admitted any more gets no further, but hears what was done', async () => {
    let asks = 0;
    const { asked, send } = acking(
      (id) => id !== ids[0] && stale(),
      () => ++asks === 1,
    );
    expect(await send()).toEqual({ status: 200, results: ['done', 'unauthenticated', 'unauthenticated'] });
    expect(asked).toEqual(ids);
  });

  it('of which nothing was done is refused whole', async () => {
    expect((await acking((_, time) => stale(time)).send()).status).toBe(503);
    let asks = 0;
    const revoked = acking(
      () => stale(),
      () => ++asks === 1,
    );
    expect((await revoked.send()).status).toBe(401);
  });

  it('one that fails unexpectedly says nothing, and is in the log; the others are done', async () => {
    logged.length = 0;
    const failure = new Error('hunter2');
    const { send } = acking((id) => id === ids[2] && failure);
    expect(await send()).toEqual({ status: 200, results: ['done', 'done', 'internal_error'] });
    expect(logged).toMatchObject([{ job_id: ids[2], err: failure }]);
  });

  it('is 503 whole when Redis answers none of them', async () => {
    const away = new BackendUnavailable(undefined);
    expect((await acking(() => away).send()).status).toBe(503);
    expect((await acking((id) => id === ids[0] && away).send()).results).toEqual([
      'backend_unavailable',
      ...['done', 'done'],
    ]);
  });
});

import { inspect } from 'node:util';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createClient, OjsConnectionError, type OjsError } from '../src/index.ts';
import { type Respond, refusal, type Stub, startStub } from './stub-server.ts';

const KEY = 'ojs_prod_id_canary-secret';
const NOW = { retries: 3, baseMs: 1, capMs: 2, maxRetryAfterMs: 1_000 };
const healthy: Respond = () => ({ status: 200, json: { status: 'ok', backend: { status: 'ok' } } });
const stops: (() => Promise<void>)[] = [];

const stub = async (...args: Parameters<typeof startStub>): Promise<Stub> => {
  const server = await startStub(...args);
  stops.push(server.stop);
  return server;
};
const clientOf = (server: Stub, more: object = {}) => {
  const client = createClient({ url: server.url, ca: server.ca, credential: KEY, ...more });
  stops.push(() => client.destroy());
  return client;
};
const failing = (promise: Promise<unknown>): Promise<OjsError> =>
  promise.then(
    () => expect.fail('it should have failed'),
    (error: unknown) => error as OjsError,
  );
const list = (server: Stub, more: object = {}) => clientOf(server, more).call('listQueues', {}, { retry: NOW });

afterEach(async () => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  for (const stop of stops.splice(0).reverse()) await stop();
});

describe('TLS', () => {
  it('accepts a certificate of the authority that it was given', async () => {
    const server = await stub(healthy);
    await expect(clientOf(server).call('getHealth', {})).resolves.toMatchObject({ status: 'ok' });
  });

  it.each([
    ['an authority it does not know', { own: false }],
    ['another host', { certificate: { names: ['other.example'] } }],
    ['the past', { certificate: { days: -1 } }],
  ])(
    'refuses a certificate of %s, whatever NODE_TLS_REJECT_UNAUTHORIZED says',
    async (_, {
      own,
      certificate,
    }: {
      own?: boolean;
      certificate?: object;
    }) => {
      vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
      const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
      const server = await stub(healthy, certificate ? { certificate } : {});
      const error = await failing(list(server, own === false ? { ca: undefined } : {}));
      expect(error).toBeInstanceOf(OjsConnectionError);
      expect(error.code).toBe('certificate_refused');
      expect(warned).toHaveBeenCalledWith(
        expect.stringContaining('verify certificates all the same'),
        expect.anything(),
      );
      expect(server.requests).toEqual([]);
    },
  );

  it('refuses plain http beyond the loopback before anything is sent', () => {
    expect(() => createClient({ url: 'http://jobs.example.com', credential: KEY })).toThrow(/Plain http/);
  });

  it('speaks plain http to the loopback', async () => {
    const server = await stub(healthy, { plain: true });
    await expect(clientOf(server).call('getHealth', {})).resolves.toMatchObject({ status: 'ok' });
  });
});

describe('a request', () => {
  it('carries the credential, the tenant and the media type', async () => {
    const server = await stub(() => ({ status: 200, json: { jobs: [] } }));
    await clientOf(server, { tenant: 'acme' }).call('fetchJobs', { body: { queues: ['a'] } });
    expect(server.requests[0]?.headers).toMatchObject({
      authorization: `Bearer ${KEY}`,
      'x-ojs-tenant': 'acme',
      'content-type': 'application/openjobspec+json',
    });
  });

  it('to a public route carries no credential', async () => {
    const server = await stub(healthy);
    await clientOf(server).call('getHealth', {});
    expect(server.requests[0]?.headers.authorization).toBeUndefined();
  });

  it('is not led elsewhere by a redirect', async () => {
    const elsewhere = await stub(healthy);
    const server = await stub(() => ({
      status: 307,
      text: '',
      headers: { location: `${elsewhere.url}/ojs/v1/queues` },
    }));
    expect((await failing(list(server))).code).toBe('redirect_refused');
    expect(elsewhere.requests).toEqual([]);
  });

  it('does not read an answer without bounds', async () => {
    const server = await stub(() => ({ status: 200, text: `{"x":"${'x'.repeat(5_000)}"}` }));
    const error = await failing(clientOf(server).call('listQueues', {}, { maxBytes: 4_096 }));
    expect(error.code).toBe('answer_too_large');
  });

  it('ends when its time is up, and may be tried again', async () => {
    const server = await stub(() => 'hang');
    const error = await failing(
      clientOf(server).call('listQueues', {}, { timeoutMs: 50, retry: { ...NOW, retries: 1 } }),
    );
    expect(error).toMatchObject({ code: 'timeout', retryable: true, attempts: 2 });
  });

  it('ends when its signal fires, with the reason of the signal', async () => {
    const server = await stub(() => 'hang');
    const controller = new AbortController();
    const call = failing(clientOf(server).call('listQueues', {}, { signal: controller.signal }));
    const { gone } = await server.seen(() => true);
    controller.abort(new Error('changed my mind'));
    expect((await call).message).toBe('changed my mind');
    await gone;
  });

  it('cannot leave its route by a parameter', async () => {
    const server = await stub(healthy);
    const client = clientOf(server);
    await failing(client.call('getJob', { path: { id: '..' } }));
    await client.call('getJob', { path: { id: '../queues?x' } });
    expect(server.requests.map(({ path }) => path)).toEqual(['/ojs/v1/jobs/..%2Fqueues%3Fx']);
  });
});

describe('a failure', () => {
  it('carries what the server said', async () => {
    const server = await stub(() =>
      refusal(403, 'permission_denied', { hint: 'Ask an admin', details: { queue: 'a' } }),
    );
    expect(await failing(list(server))).toMatchObject({
      name: 'OjsError',
      code: 'permission_denied',
      status: 403,
      retryable: false,
      requestId: 'req_1',
      hint: 'Ask an admin',
      details: { queue: 'a' },
      operation: 'listQueues',
      attempts: 1,
    });
  });

  it('is tried again where that may help', async () => {
    const replies = ['cut', refusal(503, 'backend_unavailable'), { status: 200, json: { queues: [] } }] as const;
    let next = 0;
    const server = await stub(() => replies[next++] ?? 'cut');
    await expect(list(server)).resolves.toEqual({ queues: [] });
    expect(server.requests).toHaveLength(3);
  });

  it('of what must not be done twice is not tried again', async () => {
    const server = await stub(() => 'cut');
    await failing(clientOf(server).call('retryDeadLetter', { path: { id: 'x' } }, { retry: NOW }));
    expect(server.requests).toHaveLength(1);
  });

  it('without OJS format names the status and shows none of it', async () => {
    const server = await stub(() => ({ status: 418, text: '<html>canary</html>' }));
    const error = await failing(list(server));
    expect(error.code).toBe('http_418');
    expect(inspect(error)).not.toContain('canary');
  });

  it('shows no credential, not even one that the other side repeats', async () => {
    const server = await stub(() =>
      refusal(400, 'invalid_request', { message: `bad header Bearer ${KEY}`, hint: KEY }),
    );
    const refused = await failing(list(server));
    await server.stop();
    const unreachable = await failing(list(server, {}));
    for (const error of [refused, unreachable])
      expect(inspect(error, { depth: 9, showHidden: true }) + JSON.stringify(error)).not.toContain('canary');
  });
});

it('shows no credential when it is inspected or serialised', async () => {
  const client = clientOf(await stub(healthy));
  expect(inspect(client, { depth: 9, showHidden: true }) + JSON.stringify(client)).not.toContain('canary');
});

describe('a credential that was rotated', () => {
  it('is asked for again after a 401, once', async () => {
    const server = await stub(({ headers }) =>
      headers.authorization === 'Bearer new' ? { status: 200, json: { queues: [] } } : refusal(401, 'unauthenticated'),
    );
    const asked: boolean[] = [];
    const credential = ({ rejected }: { rejected: boolean }) => {
      asked.push(rejected);
      return rejected ? 'new' : 'old';
    };
    await expect(list(server, { credential })).resolves.toEqual({ queues: [] });
    expect(asked).toEqual([false, true]);
  });

  it('is not sent again when it is the same', async () => {
    const server = await stub(() => refusal(401, 'unauthenticated'));
    expect((await failing(list(server))).status).toBe(401);
    expect(server.requests).toHaveLength(1);
  });
});

describe('a second factor', () => {
  const required = refusal(403, 'mfa_required');
  const purge = (client: ReturnType<typeof clientOf>) =>
    client.call('purgeQueue', { path: { name: 'email' }, body: { confirm: true } });
  const respond: Respond = ({ path, headers, body }) => {
    if (path === '/ojs/v1/auth/elevate')
      return body.code === '123456'
        ? { status: 200, json: { access_token: 'elevated', token_type: 'Bearer', expires_in: 300 } }
        : refusal(403, 'mfa_failed');
    return headers.authorization === 'Bearer elevated' ? { status: 200, json: { deleted: 1 } } : required;
  };

  it('is asked for when the server wants it, and what it gives is used until it ends', async () => {
    const server = await stub(respond);
    const ask = vi.fn(async () => ' 123456\n');
    const client = clientOf(server, { secondFactor: ask });
    await Promise.all([purge(client), purge(client)]);
    await purge(client);
    expect(ask).toHaveBeenCalledTimes(1);
    expect(server.requests.filter(({ path }) => path.endsWith('/elevate'))).toMatchObject([
      { headers: { authorization: `Bearer ${KEY}` }, body: { code: '123456' } },
    ]);
  });

  it('that is wrong fails the call, and what is no code of an authenticator is a recovery code', async () => {
    const server = await stub(respond);
    const client = clientOf(server, { secondFactor: () => 'abcd-efgh' });
    expect(await failing(purge(client))).toMatchObject({ code: 'mfa_failed' });
    expect(server.requests.at(-1)?.body).toEqual({ recovery_code: 'abcd-efgh' });
  });

  it('is asked for anew after what it gave was refused', async () => {
    const server = await stub(respond);
    const ask = vi.fn(async () => '123456');
    const client = clientOf(server, { secondFactor: ask });
    await purge(client);
    server.respond((request) =>
      request.headers.authorization === 'Bearer elevated' ? refusal(401, 'unauthenticated') : respond(request),
    );
    expect(await failing(purge(client))).toMatchObject({ status: 401 });
    server.respond(respond);
    await purge(client);
    expect(ask).toHaveBeenCalledTimes(2);
  });

  it('is in no error, and neither is the credential, even if the server repeats both', async () => {
    const code = 'canary-recovery-code';
    const server = await stub((request) =>
      request.path.endsWith('/elevate')
        ? refusal(403, 'mfa_failed', { message: `no: ${code} ${KEY}`, details: { code, key: KEY } })
        : respond(request),
    );
    const error = await failing(purge(clientOf(server, { secondFactor: () => code })));
    expect(error.code).toBe('mfa_failed');
    expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(/canary/);
    const client = clientOf(server);
    server.respond(() => ({ status: 400, json: { error: 'invalid_request', error_description: KEY } }));
    expect((await client.postForm('/ojs/v1/auth/token', {})).body).not.toContain(KEY);
  });

  it('of nobody leaves the refusal as it is', async () => {
    const server = await stub(respond);
    expect(await failing(purge(clientOf(server)))).toMatchObject({ code: 'mfa_required' });
  });
});

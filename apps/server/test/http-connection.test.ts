import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answers, expectRefusal, type Harness, lines, startHarness } from './http-harness.ts';

let ojs: Harness;
let producer: string;
let operator: string;
beforeAll(async () => {
  ojs = await startHarness();
  producer = await ojs.key('producer', 'producer');
  operator = await ojs.key('admin', 'operator');
});
afterAll(() => ojs.stop());

const auth = () => `Authorization: Bearer ${producer}`;

describe('HTTP that is not well-formed is answered 400 in our format and the connection closed', () => {
  it.each([
    ['no HTTP at all', lines('hello')],
    ['two different lengths', lines('POST /ojs/v1/jobs HTTP/1.1', 'Host: a', 'Content-Length: 1', 'Content-Length: 2')],
    [
      'a length and chunks',
      `${lines('POST /ojs/v1/jobs HTTP/1.1', 'Host: a', 'Content-Length: 5', 'Transfer-Encoding: chunked')}0\r\n\r\n`,
    ],
    ['a signed length', `${lines('POST /ojs/v1/jobs HTTP/1.1', 'Host: a', 'Content-Length: +2')}{}`],
    ['a list of lengths', `${lines('POST /ojs/v1/jobs HTTP/1.1', 'Host: a', 'Content-Length: 2, 2')}{}`],
    ['a space before the colon', lines('GET /ojs/v1/health HTTP/1.1', 'Host : a')],
    ['a folded header', lines('GET /ojs/v1/health HTTP/1.1', 'Host: a', 'X-A: b', ' c')],
    ['a NUL in a header', lines('GET /ojs/v1/health HTTP/1.1', 'Host: a', 'X-A: \0')],
    ['a bare line feed', 'GET /ojs/v1/health HTTP/1.1\nHost: a\n\n'],
    [
      'a chunk size that overflows',
      `${lines('POST /ojs/v1/jobs HTTP/1.1', 'Host: a', 'Authorization: Bearer KEY', 'Content-Type: application/json', 'Transfer-Encoding: chunked')}fffffffffffffffff\r\n`,
    ],
    ['no Host', lines('GET /ojs/v1/health HTTP/1.1')],
    ['two Hosts', lines('GET /ojs/v1/health HTTP/1.1', 'Host: a', 'Host: b')],
    ['a method that does not exist', lines('TRACK / HTTP/1.1', 'Host: a')],
    ['HTTP/2 without agreement', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['an upgrade to h2c', lines('GET /ojs/v1/health HTTP/1.1', 'Host: a', 'Connection: Upgrade', 'Upgrade: h2c')],
    [
      'an upgrade to a WebSocket',
      lines('GET /ojs/v1/health HTTP/1.1', 'Host: a', 'Connection: Upgrade', 'Upgrade: websocket'),
    ],
  ])('%s', async (_, text) => {
    const [answer, ...more] = answers(await ojs.raw(text.replace('KEY', producer)));
    expect(answer).toMatchObject({
      status: 400,
      body: { error: { code: 'invalid_request', request_id: expect.any(String) } },
    });
    expect(answer?.head).toMatch(/Content-Type: application\/openjobspec\+json(\r|$)/);
    expect(answer?.head).toMatch(/OJS-Version: 1\.0/);
    expect(more).toEqual([]);
  });

  it('headers beyond 16 KiB are answered 431', async () => {
    const [answer] = answers(await ojs.raw(lines('GET / HTTP/1.1', 'Host: a', `X-A: ${'a'.repeat(20_000)}`)));
    expect(answer).toMatchObject({ status: 431, body: { error: { code: 'headers_too_large' } } });
  });

  it('CONNECT is answered 405', async () => {
    const [answer] = answers(await ojs.raw(lines('CONNECT a:443 HTTP/1.1', 'Host: a')));
    expect(answer).toMatchObject({ status: 405, body: { error: { code: 'method_not_allowed' } } });
  });

  it('an expectation that nobody knows is answered 417', async () => {
    const [answer] = answers(
      await ojs.raw(lines('POST /ojs/v1/jobs HTTP/1.1', 'Host: a', 'Expect: magic', 'Content-Length: 2')),
    );
    expect(answer).toMatchObject({ status: 417, body: { error: { code: 'invalid_request' } } });
  });
});

describe('requests to nothing', () => {
  it('an unknown path is 404 with hint and docs_url', async () => {
    const answer = await ojs.send('GET', '/ojs/v1/nothing');
    expectRefusal(answer, 404, 'not_found');
    expect(answer.body.error).toMatchObject({ hint: expect.any(String), docs_url: expect.any(String) });
  });

  it.each([
    ['PUT', '/ojs/v1/jobs', 'POST'],
    ['GET', '/ojs/v1/jobs/batch', 'POST'],
    ['PATCH', '/ojs/v1/jobs/019539a4-0000-7000-8000-ffffffffffff', 'GET, DELETE'],
    ['OPTIONS', '/ojs/v1/health', 'GET'],
    ['TRACE', '/ojs/v1/health', 'GET'],
    ['PROPFIND', '/ojs/v1/queues', 'GET, POST'],
    ['PATCH', '/ojs/v1/queues?a=b', 'GET, POST'],
  ])('%s %s is 405 and says what is allowed', async (method, path, allow) => {
    // GET of /jobs/batch matches /jobs/{id} as well: no such job can exist.
    if (path.endsWith('batch')) return expectRefusal(await ojs.send(method, path, { key: producer }), 404, 'not_found');
    const answer = await ojs.send(method, path);
    expectRefusal(answer, 405, 'method_not_allowed');
    expect(answer.headers.allow).toBe(allow);
  });

  it('HEAD has no body', async () => {
    const answer = await ojs.send('HEAD', '/ojs/v1/health');
    expect([answer.status, answer.text]).toEqual([405, '']);
  });

  it.each(['/ojs/v1/jobs/%zz', '/ojs/v1/%ff', '/%'])('the path %s that cannot be decoded is 400', async (path) =>
    expectRefusal(await ojs.send('GET', path), 400, 'invalid_request'),
  );

  it('a percent-encoded path reaches no more than the plain one', async () => {
    expectRefusal(await ojs.send('GET', '/ojs/v1/%71ueues'), 401, 'unauthenticated');
    // One segment, and so the name of a queue; not the route that pauses one.
    expectRefusal(await ojs.send('POST', '/ojs/v1/queues/a%2Fpause'), 405, 'method_not_allowed');
    expectRefusal(await ojs.send('GET', `/ojs/v1/queues/${'a'.repeat(3_000)}/stats`), 400, 'invalid_request');
  });
});

describe('headers of every answer', () => {
  it('the request id is the client’s where it is safe, else one of ours', async () => {
    const ask = async (id: string) =>
      (await ojs.send('GET', '/ojs/v1/health', { headers: { 'x-request-id': id } })).headers['x-request-id'];
    expect(await ask('req_client:1.2-3')).toBe('req_client:1.2-3');
    for (const bad of ['a b', 'a'.repeat(129), 'ä', '<script>', ''])
      expect(await ask(bad)).toMatch(/^req_[0-9a-f-]{36}$/);
  });

  it('HSTS comes on TLS only', async () => {
    expect((await ojs.send('GET', '/ojs/v1/health')).headers['strict-transport-security']).toBeDefined();
    expect(
      (await ojs.send('GET', '/ojs/v1/health', { plain: true })).headers['strict-transport-security'],
    ).toBeUndefined();
  });

  it('no origin is ever allowed', async () => {
    for (const origin of ['https://evil.example', 'null']) {
      const { headers } = await ojs.send('GET', '/ojs/v1/health', { headers: { origin } });
      expect(headers['access-control-allow-origin']).toBeUndefined();
    }
  });

  it.each(['1', '1.0', '1.7', '1.0.0-rc.1'])('the version %s is spoken', async (version) =>
    expect((await ojs.send('GET', '/ojs/v1/health', { headers: { 'ojs-version': version } })).status).toBe(200),
  );
  it.each(['2.0', '0.9', 'latest', '1.x'])('the version %s is refused 422', async (version) =>
    expectRefusal(await ojs.send('GET', '/ojs/v1/health', { headers: { 'ojs-version': version } }), 422, 'unsupported'),
  );

  it.each(['authorization', 'x-ojs-tenant', 'content-type', 'x-request-id'])(
    '%s twice is refused 400',
    async (name) => {
      const text = lines(
        'GET /ojs/v1/queues HTTP/1.1',
        'Host: a',
        auth(),
        `${name}: a`,
        `${name.toUpperCase()}: a`,
        'Connection: close',
      );
      expect(answers(await ojs.raw(text))).toMatchObject([
        { status: 400, body: { error: { code: 'invalid_request' } } },
      ]);
    },
  );

  it('what a proxy would say is not believed', async () => {
    const headers = {
      'x-forwarded-for': '10.9.8.7',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'gopher',
      forwarded: 'for=10.9.8.7',
    };
    const answer = await ojs.send('POST', '/ojs/v1/jobs', { key: producer, body: { type: 'a', args: [] }, headers });
    expect(answer.headers.location).toBe(`/ojs/v1/jobs/${answer.body.job.id}`);
    await ojs.send('GET', '/ojs/v1/queues', { headers });
    expect(JSON.stringify(await ojs.audit())).not.toContain('10.9.8.7');
  });
});

describe('the plain listener', () => {
  it('serves the same on the loopback', async () => {
    expect((await ojs.send('GET', '/ojs/v1/queues', { plain: true, key: operator })).status).toBe(200);
    expect(new URL(ojs.server.plainUrl ?? '').hostname).toBe('localhost');
  });
});

import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answers, expectRefusal, type Harness, lines, MEDIA_TYPE, startHarness } from './http-harness.ts';

let ojs: Harness;
let producer: string;
beforeAll(async () => {
  ojs = await startHarness({ OJS_LIMITS_BODY_BYTES: '65536', OJS_LIMITS_BATCH_BODY_BYTES: '131072' });
  producer = await ojs.key('producer', 'producer');
});
afterAll(() => ojs.stop());

const auth = () => `Authorization: Bearer ${producer}`;

describe('bodies', () => {
  const post = (headers: Record<string, string>, body = '{"type":"a","args":[]}', key: string | undefined = producer) =>
    ojs.send('POST', '/ojs/v1/jobs', { key, body, headers });

  it.each([
    'application/json',
    'application/json; charset=utf-8',
    'application/json;charset="UTF-8"',
    MEDIA_TYPE,
    `${MEDIA_TYPE}; charset=utf-8`,
    'Application/JSON',
  ])('the type %s is read', async (type) => expect((await post({ 'content-type': type })).status).toBe(201));
  it.each([
    'text/plain',
    'application/json\ta',
    'application/json; charset=utf-16',
    'application/jsonx',
    'multipart/form-data',
    `${MEDIA_TYPE};boundary=x`,
    'application/json, text/plain',
    ' ',
    'application/json;',
  ])('the type %j is refused 415', async (type) =>
    expectRefusal(await post({ 'content-type': type }), 415, 'unsupported_media_type'),
  );
  it('no type is refused 415', async () => {
    const text =
      lines('POST /ojs/v1/jobs HTTP/1.1', 'Host: a', auth(), 'Content-Length: 22', 'Connection: close') +
      '{"type":"a","args":[]}';
    expect(answers(await ojs.raw(text))).toMatchObject([{ status: 415 }]);
  });
  it.each(['gzip', 'br', 'gzip, gzip', 'identity, gzip', 'zstd'])('the encoding %s is refused 415', async (encoding) =>
    expectRefusal(await post({ 'content-encoding': encoding }), 415, 'unsupported_media_type'),
  );
  it('the encoding identity is read', async () =>
    expect((await post({ 'content-encoding': 'identity' })).status).toBe(201));

  it('a body of the limit is read and one byte more is refused 413 with both sizes', async () => {
    const bodyOf = (bytes: number) => `{"type":"a","args":["${'é'.repeat((bytes - 24) / 2)}"]}`;
    expect((await post({}, bodyOf(65_536))).status).toBe(201);
    const answer = await post({}, `${bodyOf(65_536)} `);
    expectRefusal(answer, 413, 'payload_too_large');
    expect(answer.body.error.details).toMatchObject({ actual_bytes: 65_537, max_bytes: 65_536 });
  });

  it('a credential is asked for before the size is looked at', async () =>
    expectRefusal(await post({}, 'x'.repeat(70_000), 'nonsense'), 401, 'unauthenticated'));

  it('a body that is announced too large is refused before it is sent, without 100, and the connection closed', async () => {
    const text = lines(
      'POST /ojs/v1/jobs HTTP/1.1',
      'Host: a',
      auth(),
      `Content-Type: ${MEDIA_TYPE}`,
      'Content-Length: 99999999',
      'Expect: 100-continue',
    );
    const heard = await ojs.raw(text);
    expect(heard).not.toContain('100 Continue');
    expect(answers(heard)).toMatchObject([{ status: 413, head: expect.stringMatching(/Connection: close/) }]);
  });

  it('who expects 100 without a credential never gets it', async () => {
    const heard = await ojs.raw(
      lines(
        'POST /ojs/v1/jobs HTTP/1.1',
        'Host: a',
        'Content-Type: application/json',
        'Content-Length: 2',
        'Expect: 100-continue',
      ),
    );
    expect(heard).not.toContain('100 Continue');
    expect(answers(heard)).toMatchObject([{ status: 401, head: expect.stringMatching(/Connection: close/) }]);
  });

  it('who expects 100 and may send gets it, and then the answer', async () => {
    const socket = await ojs.socket();
    socket.write(
      lines(
        'POST /ojs/v1/jobs HTTP/1.1',
        'Host: a',
        auth(),
        'Content-Type: application/json',
        'Content-Length: 22',
        'Expect: 100-continue',
        'Connection: close',
      ),
    );
    const [first] = (await once(socket, 'data')) as [Buffer];
    expect(first.toString()).toMatch(/^HTTP\/1\.1 100 Continue/);
    socket.write('{"type":"a","args":[]}');
    const [second] = (await once(socket, 'data')) as [Buffer];
    expect(second.toString()).toMatch(/^HTTP\/1\.1 201/);
  });

  it('chunks beyond the limit are refused 413 while they come', async () => {
    const socket = await ojs.socket();
    let heard = '';
    socket.on('data', (data: Buffer) => {
      heard += data.toString();
    });
    socket.write(
      lines(
        'POST /ojs/v1/jobs HTTP/1.1',
        'Host: a',
        auth(),
        `Content-Type: ${MEDIA_TYPE}`,
        'Transfer-Encoding: chunked',
      ),
    );
    const chunk = `4000\r\n${'x'.repeat(0x4000)}\r\n`;
    for (let i = 0; i < 8 && !heard; i++) {
      socket.write(chunk);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await once(socket, 'close');
    expect(answers(heard)).toMatchObject([{ status: 413, body: { error: { code: 'payload_too_large' } } }]);
  });

  it('half a body changes nothing and leaves the server up', async () => {
    const socket = await ojs.socket();
    socket.end(
      `${lines('POST /ojs/v1/jobs HTTP/1.1', 'Host: a', auth(), `Content-Type: ${MEDIA_TYPE}`, 'Content-Length: 100')}{"type":"half","args":[`,
    );
    socket.resume();
    await once(socket, 'close');
    expect((await ojs.send('GET', '/ojs/v1/health')).status).toBe(200);
  });

  it('a request after a refused one on the same connection is answered by itself', async () => {
    const body = '{"type":"a","args":[]}';
    const one =
      lines(
        'POST /ojs/v1/jobs HTTP/1.1',
        'Host: a',
        'Content-Type: application/json',
        `Content-Length: ${body.length}`,
      ) + body;
    const two = lines('GET /ojs/v1/health HTTP/1.1', 'Host: a', 'Connection: close');
    expect(answers(await ojs.raw(one + two)).map(({ status }) => status)).toEqual([401, 200]);
  });

  it('a body of GET and DELETE cannot become a request of its own', async () => {
    const smuggled = lines('GET /ojs/v1/queues HTTP/1.1', 'Host: a');
    const one =
      lines(
        'GET /ojs/v1/health HTTP/1.1',
        'Host: a',
        'Content-Type: application/json',
        `Content-Length: ${smuggled.length}`,
      ) + smuggled;
    const two = lines('GET /ojs/v1/health HTTP/1.1', 'Host: a', 'Connection: close');
    expect(answers(await ojs.raw(one + two)).map(({ status }) => status)).toEqual([200, 200]);
  });
});

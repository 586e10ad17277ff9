import { once } from 'node:events';
import type { Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answers, type Harness, lines, startHarness } from './http-harness.ts';

let ojs: Harness;
beforeAll(async () => {
  ojs = await startHarness({
    OJS_LIMITS_CONNECTIONS_PER_CLIENT: '5',
    OJS_LIMITS_HEADERS_MS: '1000',
    OJS_LIMITS_REQUEST_MS: '1000',
    OJS_LIMITS_WAIT_MS: '1000',
  });
});
afterAll(() => ojs.stop());

const health = 'GET /ojs/v1/health HTTP/1.1\r\nHost: a\r\n\r\n';

async function ask(socket: Socket): Promise<string> {
  socket.write(health);
  const [data] = (await once(socket, 'data')) as [Buffer];
  return data.toString();
}

it('the connection beyond the limit of its address is answered 429 and closed, and a place that is free again can be used', async () => {
  const open = await Promise.all(Array.from({ length: 5 }, () => ojs.socket()));
  for (const socket of open) expect(await ask(socket)).toMatch(/^HTTP\/1\.1 200/);
  const beyond = await ojs.socket();
  const closed = once(beyond, 'close');
  const answer = await ask(beyond);
  expect(answer).toMatch(/^HTTP\/1\.1 429/);
  expect(answer).toMatch(/Retry-After: 1\r\n/);
  expect(answer).toMatch(/"code":"rate_limited"/);
  await closed;
  expect(await ask(open[0] as Socket)).toMatch(/^HTTP\/1\.1 200/);
  for (const socket of open) {
    socket.destroy();
    await once(socket, 'close');
  }
  await expect
    .poll(async () => {
      const socket = await ojs.socket();
      const status = (await ask(socket)).slice(9, 12);
      socket.destroy();
      return status;
    })
    .toBe('200');
});

it('plain and TLS connections of one address are counted together', async () => {
  const open = await Promise.all([
    ojs.socket({ plain: true }),
    ojs.socket({ plain: true }),
    ojs.socket(),
    ojs.socket(),
    ojs.socket(),
  ]);
  await Promise.all(open.map(ask));
  const beyond = await ojs.socket({ plain: true });
  expect(await ask(beyond)).toMatch(/^HTTP\/1\.1 429/);
  for (const socket of [...open, beyond]) socket.destroy();
});

it('connections far beyond the limit are closed unanswered', async () => {
  const open = await Promise.all(Array.from({ length: 60 }, () => ojs.socket({ plain: true })));
  await expect
    .poll(() => open.filter((socket) => socket.destroyed || socket.readableEnded || socket.closed).length)
    .toBeGreaterThan(0);
  for (const socket of open) socket.destroy();
});

it('a request that does not arrive in time is answered 408', async () => {
  await expect
    .poll(
      async () => {
        const socket = await ojs.socket({ plain: true });
        let heard = '';
        socket.on('data', (data: Buffer) => {
          heard += data.toString();
        });
        socket.write('POST /ojs/v1/jobs HTTP/1.1\r\nHost: a\r\nX-A:');
        await once(socket, 'close');
        return heard;
      },
      { timeout: 20_000 },
    )
    .toMatch(/^HTTP\/1\.1 408 .*"code":"request_timeout"/s);
});

it('connections beyond the limit of all clients together are closed unanswered', async () => {
  const small = await startHarness({ OJS_LIMITS_CONNECTIONS: '3' });
  try {
    const open = await Promise.all(Array.from({ length: 3 }, () => small.socket({ plain: true })));
    for (const socket of open) expect(await ask(socket)).toMatch(/^HTTP\/1\.1 200/);
    expect(await small.raw(health, { plain: true })).toBe('');
    for (const socket of open) expect(await ask(socket)).toMatch(/^HTTP\/1\.1 200/);
    for (const socket of open) socket.destroy();
  } finally {
    await small.stop();
  }
});

describe('requests that are sent without waiting for answers', () => {
  const waiting = (key: string) => {
    const body = JSON.stringify({ queues: ['empty'], wait_ms: 1_000 });
    const head = ['POST /ojs/v1/workers/fetch HTTP/1.1', 'Host: a', `Authorization: Bearer ${key}`];
    return `${lines(...head, 'Content-Type: application/json', `Content-Length: ${body.length}`)}${body}`;
  };

  it('are answered in turn while they are few', async () => {
    const key = await ojs.key('worker', 'worker');
    const last = lines('GET /ojs/v1/health HTTP/1.1', 'Host: a', 'Connection: close');
    const heard = answers(await ojs.raw(waiting(key).repeat(4) + last, { plain: true }));
    expect(heard.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
  });

  it('are refused where they are many: one connection cannot hold any number of them', async () => {
    const key = await ojs.key('worker', 'worker');
    const heard = answers(await ojs.raw(waiting(key).repeat(100), { plain: true }));
    expect(heard.map(({ status }) => status)).toEqual([...Array(9).fill(200), 429]);
    expect(heard.at(-1)?.head).toMatch(/Connection: close/);
  });
});

it('a client that does not read its answer loses its connection', async () => {
  const [producer, worker] = await Promise.all([ojs.key('producer', 'producer'), ojs.key('worker', 'worker')]);
  const args = ['x'.repeat(1_000_000)];
  for (let i = 0; i < 20; i++)
    await ojs.send('POST', '/ojs/v1/jobs', { key: producer, body: { type: 'a', args, queue: 'large' } });
  const body = JSON.stringify({ queues: ['large'], count: 20 });
  const head = ['POST /ojs/v1/workers/fetch HTTP/1.1', 'Host: a', `Authorization: Bearer ${worker}`];
  const socket = await ojs.socket({ plain: true });
  socket.write(`${lines(...head, 'Content-Type: application/json', `Content-Length: ${body.length}`)}${body}`);
  socket.pause();
  // With the connection that enqueued, all the other places are taken: there is one again when the server has given up.
  const others = await Promise.all(Array.from({ length: 3 }, () => ojs.socket({ plain: true })));
  const status = async () => {
    for (const other of others) await ask(other);
    const one = await ojs.socket({ plain: true });
    const answer = await ask(one);
    one.destroy();
    return answer.slice(9, 12);
  };
  await expect.poll(status, { timeout: 20_000 }).toBe('200');
  // What the system still had for it is thrown away too.
  const reset = once(socket, 'error');
  socket.resume();
  expect((await reset)[0]).toMatchObject({ code: 'ECONNRESET' });
  for (const each of [socket, ...others]) each.destroy();
});

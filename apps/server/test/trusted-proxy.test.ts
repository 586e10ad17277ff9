import { once } from 'node:events';
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateKey } from '../src/identity/api-key/key.ts';
import { expectRefusal, type Harness, startHarness } from './http-harness.ts';

/** A request whose TCP connection comes from an address of the loopback. */
async function ask(
  url: string,
  localAddress: string,
  headers: Record<string, string | string[]> = {},
  path = '/health',
) {
  const sent = request(`${url}/ojs/v1${path}`, { localAddress, headers }).end();
  const [response] = await once(sent, 'response');
  let text = '';
  for await (const chunk of response) text += chunk;
  return { status: response.statusCode as number, headers: response.headers, text, body: JSON.parse(text) };
}

async function isServed(url: string, localAddress: string): Promise<boolean> {
  return await ask(url, localAddress).then(
    () => true,
    () => false,
  );
}

describe('behind a proxy that is trusted', () => {
  let ojs: Harness;
  let url: string;
  beforeAll(async () => {
    ojs = await startHarness({
      OJS_PROXY_TRUSTED: '127.0.0.8/30,2001:db8::/32',
      OJS_LIMITS_CONNECTIONS_PER_CLIENT: '2',
    });
    url = `http://127.0.0.1:${new URL(ojs.server.plainUrl ?? '').port}`;
  });
  afterAll(() => ojs.stop());

  const sourceOf = async (localAddress: string, id: string, forwarded: string): Promise<unknown> => {
    const headers = { 'x-request-id': id, 'x-forwarded-for': forwarded, authorization: 'Bearer nothing' };
    expect((await ask(url, localAddress, headers, '/queues')).status).toBe(401);
    const found = async () => (await ojs.audit()).find(({ correlation_id }) => correlation_id === id);
    await expect.poll(found).toBeDefined();
    return (await found())?.source_ip;
  };

  it('records say the address that the proxy says, and of anybody else the connection’s', async () => {
    expect(await sourceOf('127.0.0.9', 'of-proxy', '203.0.113.1, 198.51.100.1')).toBe('198.51.100.1');
    expect(await sourceOf('127.0.0.2', 'of-client', '203.0.113.1, 198.51.100.1')).toBe('127.0.0.2');
  });

  it('failures of one client do not make another client of the proxy wait', async () => {
    const guess = (client: string) => {
      const authorization = `Bearer ${generateKey('prod').text}`;
      return ask(url, '127.0.0.9', { 'x-forwarded-for': client, authorization }, '/queues');
    };
    const many = () => Promise.all(Array.from({ length: 120 }, () => guess('198.51.100.7')));
    await expect.poll(async () => (await many()).map(({ status }) => status), { interval: 1 }).toContain(429);
    expect((await guess('198.51.100.8')).status).toBe(401);
  });

  it('what it sends malformed is 400, and names the header', async () => {
    const answer = await ask(url, '127.0.0.9', { 'x-forwarded-for': 'nobody' });
    expectRefusal(answer, 400, 'invalid_request');
    expect(answer.body.error.details).toEqual({ field: 'X-Forwarded-For' });
    expectRefusal(
      await ask(url, '127.0.0.9', { 'x-forwarded-for': ['198.51.100.1', '1.1.1.1'] }),
      400,
      'invalid_request',
    );
    expectRefusal(await ask(url, '127.0.0.9', { 'client-cert': 'MIIB' }), 400, 'invalid_request');
    expect((await ask(url, '127.0.0.2', { 'x-forwarded-for': 'nobody', 'client-cert': 'MIIB' })).status).toBe(200);
  });

  it('it may have more connections than a client', async () => {
    const open = async (localAddress: string): Promise<Socket> => {
      const socket = connect({ host: '127.0.0.1', port: Number(new URL(url).port), localAddress });
      await once(socket, 'connect');
      return socket;
    };
    const ask429 = async (socket: Socket): Promise<string> => {
      socket.write('GET /ojs/v1/health HTTP/1.1\r\nHost: a\r\n\r\n');
      return String((await once(socket, 'data'))[0]).slice(9, 12);
    };
    const answers = async (localAddress: string) => {
      const sockets = await Promise.all([1, 2, 3, 4].map(() => open(localAddress)));
      const all = await Promise.all(sockets.map(ask429));
      for (const socket of sockets) socket.destroy();
      return all.sort();
    };
    expect(await answers('127.0.0.10')).toEqual(['200', '200', '200', '200']);
    expect(await answers('127.0.0.3')).toEqual(['200', '200', '429', '429']);
  });

  it('host and scheme that it forwards are in no answer', async () => {
    const key = await ojs.key('producer', 'producer');
    const forwarded = { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'http', 'x-forwarded-port': '666' };
    const answer = await ojs.send('POST', '/ojs/v1/jobs', { key, body: { type: 'a', args: [] }, headers: forwarded });
    expect(answer.status).toBe(201);
    expect(`${JSON.stringify(answer.headers)}${answer.text}`).not.toMatch(/evil|:666\b/);
    expect(answer.headers.location ?? '/').toMatch(/^\//);
  });
});

describe('where the trusted proxy ends TLS', () => {
  it('production serves it by plain http, and closes the connections of everybody else', async () => {
    const ojs = await startHarness({
      ...{
        OJS_ENV: 'production',
        OJS_PLAIN_PORT: undefined,
        OJS_TLS_CERT_FILE: undefined,
        OJS_TLS_KEY_FILE: undefined,
      },
      ...{ OJS_PROXY_TRUSTED: '127.0.0.9', OJS_PROXY_TERMINATES_TLS: 'true' },
    });
    try {
      const url = `http://127.0.0.1:${ojs.port}`;
      expect(await isServed(url, '127.0.0.9')).toBe(true);
      expect((await ask(url, '127.0.0.9')).headers['strict-transport-security']).toMatch(/max-age/);
      expect(await isServed(url, '127.0.0.1')).toBe(false);
      const refused = async () => (await ojs.audit()).filter(({ event_type }) => event_type === 'connection.refused');
      await expect.poll(refused).toHaveLength(1);
      expect(await refused()).toMatchObject([{ source_ip: '127.0.0.1', detail: { reason: 'not_a_trusted_proxy' } }]);
    } finally {
      await ojs.stop();
    }
  });
});

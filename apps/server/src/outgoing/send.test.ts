import { execFile } from 'node:child_process';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server as TcpServer } from 'node:net';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { type Authority, createAuthority } from '@ojs/dev';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createOutgoing, type OutgoingFailure, type OutgoingOptions } from './send.ts';

type Respond = (request: IncomingMessage, response: ServerResponse, body: string) => void;

let authority: Authority;
let server: Server;
let port: number;
let respond: Respond;
let heard: { url: string | undefined; host: string | undefined; servername: unknown; body: string }[];

beforeAll(async () => {
  authority = await createAuthority();
  const { cert, key } = await authority.issue({ names: ['hooks.example.com', '127.0.0.1'] });
  server = createServer({ cert, key }, async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const { servername } = request.socket as unknown as { servername: unknown };
    heard.push({ url: request.url, host: request.headers.host, servername, body });
    respond(request, response, body);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  port = (server.address() as AddressInfo).port;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  heard = [];
  respond = (_request, response) => response.end('ok');
});

const outgoing = (options: OutgoingOptions = {}) =>
  createOutgoing({ allow: ['127.0.0.0/8'], ca: authority.cert, resolve: async () => ['127.0.0.1'], ...options }).send;
const hook = (path = '/'): string => `https://hooks.example.com:${port}${path}`;

const failure = async (sent: Promise<unknown>): Promise<string> => {
  const error = await sent.then(
    () => undefined,
    (reason: OutgoingFailure) => reason,
  );
  return error?.kind ?? 'none';
};

describe('a request to outside', () => {
  it('goes to the address that was looked up, and is meant for the name', async () => {
    const answer = await outgoing()({ url: hook('/a?b=c'), method: 'POST', body: 'héllo', headers: { 'X-A': '1' } });
    expect({ ...answer, body: answer.body.toString() }).toMatchObject({ status: 200, body: 'ok' });
    const [{ servername, ...request } = { servername: '' }] = heard;
    expect(request).toEqual({ url: '/a?b=c', host: `hooks.example.com:${port}`, body: 'héllo' });
    expect(servername).toBe('hooks.example.com');
  });

  it('believes a certificate only of an authority that it knows, and only for the name', async () => {
    expect(await failure(outgoing({ ca: undefined })({ url: hook() }))).toBe('tls_failed');
    const other = `https://other.example.com:${port}/`;
    expect(await failure(outgoing()({ url: other }))).toBe('tls_failed');
    expect((await outgoing()({ url: `https://127.0.0.1:${port}/` })).status).toBe(200);
    expect(await failure(outgoing()({ url: `https://127.0.0.2:${port}/` }))).not.toBe('none');
    expect(heard).toHaveLength(1);
  });

  it('is not sent to a name that resolves to the inside, not even where another of its addresses is outside', async () => {
    for (const addresses of [
      ['127.0.0.1'],
      ['::1'],
      ['::ffff:127.0.0.1'],
      ['93.184.216.34', '127.0.0.1'],
      ['10.0.0.1'],
      [],
    ]) {
      const send = outgoing({ allow: [], resolve: async () => addresses });
      expect(await failure(send({ url: hook() }))).toBe('unreachable');
    }
    expect(heard).toHaveLength(0);
  });

  it('looks the name up once: a name that changes its mind is checked as often as it is used', async () => {
    const answers = [['127.0.0.1'], ['10.0.0.1']];
    let asked = 0;
    const send = outgoing({ resolve: async () => answers[asked++] ?? [] });
    expect((await send({ url: hook() })).status).toBe(200);
    expect(asked).toBe(1);
    expect(await failure(send({ url: hook() }))).toBe('unreachable');
    expect(asked).toBe(2);
  });

  it('does not follow a redirect', async () => {
    for (const status of [301, 302, 303, 307, 308]) {
      respond = (_request, response) => response.writeHead(status, { Location: hook('/inside') }).end();
      expect((await outgoing()({ url: hook('/start') })).status).toBe(status);
    }
    expect(new Set(heard.map(({ url }) => url))).toEqual(new Set(['/start']));
  });

  it('ignores proxies of the environment', async () => {
    const proxy = 'http://127.0.0.1:9';
    const options = { allow: ['127.0.0.0/8'], ca: authority.cert };
    const script = `
      const { createOutgoing } = await import(${JSON.stringify(new URL('./send.ts', import.meta.url).href)});
      const { send } = createOutgoing(${JSON.stringify(options)});
      process.stdout.write(String((await send({ url: 'https://127.0.0.1:${port}/' })).status));
    `;
    const env = { PATH: process.env.PATH, NODE_USE_ENV_PROXY: '1', HTTPS_PROXY: proxy, https_proxy: proxy };
    const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', script];
    const { stdout } = await promisify(execFile)(process.execPath, args, { env });
    expect(stdout).toBe('200');
  });

  it('ends when its time is up: a silent name server, a silent server, one that drips headers or body', async () => {
    const never = new Promise<never>(() => undefined);
    const slow = { url: hook(), timeoutMs: 150 };
    const drips: Respond[] = [
      () => undefined,
      (_request, response) => {
        response.writeHead(200);
        const timer = setInterval(() => response.write('x'), 20);
        response.on('close', () => clearInterval(timer));
      },
      (request) => {
        request.socket.write('HTTP/1.1 200 OK\r\n');
        const timer = setInterval(() => request.socket.write('X-A: b\r\n'), 20);
        request.socket.on('close', () => clearInterval(timer));
      },
      (request) => {
        const timer = setInterval(() => request.socket.write('HTTP/1.1 102 Processing\r\n\r\n'), 20);
        request.socket.on('close', () => clearInterval(timer));
      },
    ];
    expect(await failure(outgoing({ resolve: () => never })(slow))).toBe('timeout');
    for (const drip of drips) {
      respond = drip;
      expect(await failure(outgoing()(slow))).toBe('timeout');
    }
  });

  it('ends when a handshake never does', async () => {
    const silent: TcpServer = createTcpServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const url = `https://hooks.example.com:${(silent.address() as AddressInfo).port}/`;
    expect(await failure(outgoing()({ url, timeoutMs: 150 }))).toBe('timeout');
    silent.close();
  });

  it('reads no more than it was told to: an endless body, headers without end', async () => {
    respond = (_request, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
      };
      response.on('drain', more);
      more();
    };
    expect(await failure(outgoing()({ url: hook(), maxBytes: 100_000 }))).toBe('answer_too_large');
    respond = (request) => {
      request.socket.write(`HTTP/1.1 200 OK\r\n${'X-A: bbbbbbbbbbbbbbbbbbbbbbbbbbbb\r\n'.repeat(2_000)}`);
    };
    expect(await failure(outgoing()({ url: hook() }))).toBe('bad_answer');
  });

  it('does not decompress what comes compressed', async () => {
    const bomb = gzipSync(Buffer.alloc(10_000_000));
    respond = (_request, response) => response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(bomb);
    expect((await outgoing()({ url: hook() })).body.length).toBe(bomb.length);
  });

  it('does not let the answer change the protocol', async () => {
    respond = (request) =>
      request.socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n');
    expect(await failure(outgoing()({ url: hook() }))).toBe('bad_answer');
  });

  it('can be given up', async () => {
    respond = () => undefined;
    const give = new AbortController();
    const sent = outgoing()({ url: hook(), signal: give.signal });
    setImmediate(() => give.abort());
    expect(await failure(sent)).toBe('unreachable');
  });
});

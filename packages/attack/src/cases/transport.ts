import { ok, rejects, strictEqual } from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { type Attack, attack } from '../attack.ts';
import { mustBeAlive, mustBeUnauthenticated } from '../must.ts';
import type { Target } from '../target.ts';

const placeOf = ({ url }: Target): { host: string; port: number; servername: string } => {
  const { hostname, port } = new URL(url);
  return { host: hostname, port: Number(port || 443), servername: hostname };
};

async function handshake(target: Target, options: ConnectionOptions = {}): Promise<TLSSocket> {
  const socket = connect({ ...placeOf(target), ...(target.caPem && { ca: target.caPem }), ...options });
  await once(socket, 'secureConnect');
  return socket;
}

const agreed = async (target: Target, options: ConnectionOptions): Promise<string> => {
  const socket = await handshake(target, options);
  const words = `${socket.getProtocol()} ${socket.getCipher().standardName}`;
  socket.destroy();
  return words;
};

/** A connection on which these bytes were sent and nothing after. */
function stall(target: Target, bytes: string): Socket {
  const { host, port } = placeOf(target);
  const socket = connectTcp(port, host, () => socket.write(bytes, 'latin1'));
  return socket.on('error', () => undefined).resume();
}

/** Waits until it is so, at most `mostMs`. */
async function until(isSo: () => boolean, mostMs: number): Promise<void> {
  for (const end = Date.now() + mostMs; !isSo() && Date.now() < end; ) await sleep(50);
}

const NOT_TLS = [
  'GET /ojs/v1/health HTTP/1.1\r\nHost: a\r\n\r\n',
  'PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n',
  '\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xc0\0\x02\x01\xc0\0\x02\x02\0\x01\0\x02',
  '\xff'.repeat(2_000),
];

/** The header of a ClientHello that never comes. */
const HALF_HELLO = '\x16\x03\x01\x02\0\x01';
const STALLED = 60;
/** No more of one address than so many may be left after a few seconds, whatever the server's own limit is. */
const LEFT = 32;

export const transportAttacks: readonly Attack[] = [
  attack({
    id: 'M3',
    title: 'TLS 1.3 is chosen, 1.2 has forward secrecy and authenticated encryption, and less is refused',
    needs: ['tls'],
    async run(target) {
      ok((await agreed(target, {})).startsWith('TLSv1.3 '));
      const old = await agreed(target, { maxVersion: 'TLSv1.2' });
      ok(/^TLSv1\.2 TLS_ECDHE_\w+_(GCM_SHA\d+|POLY1305_SHA256)$/.test(old), old);
      for (const weak of [
        { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL@SECLEVEL=0' },
        { maxVersion: 'TLSv1.2', ciphers: 'AES256-GCM-SHA384:AES128-GCM-SHA256:AES128-SHA' },
        { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES256-SHA384:ECDHE-RSA-AES256-SHA384' },
      ] as const) {
        await rejects(handshake(target, weak), `agreed to ${JSON.stringify(weak)}`);
      }
    },
  }),
  attack({
    id: 'M4',
    title: 'Plain HTTP and PROXY bytes to the TLS port are closed; so is TLS to the plain port',
    needs: ['tls', 'plain'],
    async run(target) {
      for (const bytes of NOT_TLS) {
        const socket = stall(target, bytes);
        let heard = '';
        socket.on('data', (data) => {
          heard += data.toString('latin1');
        });
        await once(socket, 'close');
        ok(!heard.includes('HTTP/'), heard);
      }
      const { plainUrl = '' } = target;
      await rejects(handshake(target, { port: Number(new URL(plainUrl).port) }));
      await mustBeAlive(target);
    },
  }),
  attack({
    id: 'M14',
    title: 'Handshakes that are begun and never finished hold few places, and none for longer than ten seconds',
    needs: ['tls'],
    async run(target) {
      const begun = Date.now();
      const sockets = Array.from({ length: STALLED }, () => stall(target, HALF_HELLO));
      const open = (): number => sockets.filter(({ closed }) => !closed).length;
      try {
        await until(() => open() <= LEFT, 6_000);
        ok(open() <= LEFT, `${open()} of ${STALLED} handshakes wait after 6 s`);
        await mustBeAlive(target);
        (await handshake(target)).destroy();
        await Promise.all(sockets.map((socket) => socket.closed || once(socket, 'close')));
        ok(Date.now() - begun < 13_000, 'a handshake was waited for longer than ten seconds');
      } finally {
        for (const socket of sockets) socket.destroy();
      }
    },
  }),
  attack({
    id: 'M15',
    title: 'A flood of renegotiations is refused',
    needs: ['tls'],
    async run(target) {
      const socket = await handshake(target, { maxVersion: 'TLSv1.2' });
      let done = 0;
      const closed = new Promise((resolve) => socket.on('error', () => undefined).once('close', resolve));
      const again = (): void => {
        socket.renegotiate({}, (error) => {
          if (error === null && ++done < 10) again();
        });
      };
      again();
      await Promise.race([closed, sleep(5_000, undefined, { ref: false })]);
      socket.destroy();
      ok(done <= 3, `${done} renegotiations`);
      await mustBeAlive(target);
    },
  }),
  attack({
    id: 'M16',
    title: 'What only a trusted proxy may say is not believed of a client: its address, its certificate',
    needs: ['tls', 'audit'],
    async run(target) {
      const since = Date.now();
      const id = `req_forwarded-${since}`;
      const certificate = ':TUlJQg==:';
      const answer = await target.wire.send({
        path: '/ojs/v1/queues',
        key: 'no-key',
        headers: {
          'x-request-id': id,
          'x-forwarded-for': '203.0.113.9',
          forwarded: 'for=203.0.113.9',
          'x-real-ip': '203.0.113.9',
          'client-cert': certificate,
          'x-forwarded-client-cert': 'By=spiffe://a;URI=spiffe://a/worker',
          'x-ssl-client-cert': certificate,
          'x-ssl-client-verify': 'SUCCESS',
          'x-ssl-client-s-dn': 'CN=admin',
        },
      });
      mustBeUnauthenticated(answer);
      const recorded = () => target.audit(since).filter(({ correlation_id }) => correlation_id === id);
      await until(() => recorded().length > 0, 5_000);
      const records = recorded();
      strictEqual(records.length, 1);
      ok(!JSON.stringify(records).includes('203.0.113.9'), 'the audit log believed X-Forwarded-For');
      // Malformed, it is ignored all the same.
      const malformed = { 'x-forwarded-for': 'nobody', 'client-cert': 'x' };
      strictEqual((await target.wire.send({ path: '/ojs/v1/health', headers: malformed })).status, 200);
    },
  }),
];

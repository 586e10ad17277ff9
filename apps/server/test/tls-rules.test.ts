import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect as connectTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { createAuthority, writeCertificate } from '@ojs/dev';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Harness, startHarness } from './http-harness.ts';

const authority = await createAuthority();
let directory: string;
let ojs: Harness;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ojs-rules-'));
  // With an RSA certificate the suites without forward secrecy would work, if they were allowed.
  const certificate = await authority.issue({ names: ['localhost'], rsaBits: 2048 });
  const { certFile, keyFile } = await writeCertificate(directory, 'server', certificate);
  ojs = await startHarness({ OJS_TLS_CERT_FILE: certFile, OJS_TLS_KEY_FILE: keyFile });
});
afterAll(async () => {
  await ojs.stop();
  await rm(directory, { recursive: true });
});

const plainPort = (): number => Number(new URL(ojs.server.plainUrl ?? '').port);

async function open(options: ConnectionOptions = {}): Promise<TLSSocket> {
  const socket = connect({
    ...{ port: ojs.port, host: '127.0.0.1', servername: 'localhost', ca: authority.cert },
    ...options,
  });
  await once(socket, 'secureConnect');
  return socket;
}

/** What both sides agreed on. */
async function handshake(options: ConnectionOptions = {}): Promise<string> {
  const socket = await open(options);
  const agreed = `${socket.getProtocol()} ${socket.getCipher().standardName}`;
  socket.destroy();
  return agreed;
}

describe('a handshake', () => {
  it('is of TLS 1.3 where both sides have it, and 1.2 is spoken with forward secrecy', async () => {
    expect(await handshake()).toBe('TLSv1.3 TLS_AES_256_GCM_SHA384');
    expect(await handshake({ maxVersion: 'TLSv1.2' })).toBe('TLSv1.2 TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384');
  });

  it('uses the suite that the server prefers', async () => {
    const ciphers = 'ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-CHACHA20-POLY1305:ECDHE-RSA-AES256-GCM-SHA384';
    expect(await handshake({ maxVersion: 'TLSv1.2', ciphers })).toMatch(/AES_256_GCM_SHA384$/);
  });

  it.each(['X25519MLKEM768', 'X25519', 'P-256', 'P-384'])('agrees on a key by %s', async (ecdhCurve) => {
    expect(await handshake({ ecdhCurve })).toMatch(/^TLSv1\.3 /);
  });

  it.each<[string, ConnectionOptions]>([
    ['TLS 1.1', { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'ALL@SECLEVEL=0' }],
    ['a key exchange without forward secrecy', { maxVersion: 'TLSv1.2', ciphers: 'AES256-GCM-SHA384' }],
    ['a suite without authenticated encryption', { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-RSA-AES256-SHA384' }],
    ['an anonymous suite', { maxVersion: 'TLSv1.2', ciphers: 'AECDH-AES256-SHA@SECLEVEL=0' }],
    ['signatures with SHA-1', { maxVersion: 'TLSv1.2', ciphers: 'DEFAULT@SECLEVEL=0', sigalgs: 'RSA+SHA1' }],
    ['HTTP/2 alone', { ALPNProtocols: ['h2'] }],
  ])('with %s is refused', async (_, options) => {
    const before = (await failures()).length;
    await expect(open(options)).rejects.toThrow();
    await expect.poll(async () => (await failures()).length).toBe(before + 1);
  });

  it('cannot be repeated on a connection: renegotiation is refused', async () => {
    const socket = await open({ maxVersion: 'TLSv1.2' });
    let again = 0;
    socket.on('error', () => undefined);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    const renegotiate = (): void => {
      socket.renegotiate({}, (error) => {
        if (error !== null) return;
        again++;
        renegotiate();
      });
    };
    renegotiate();
    await closed;
    expect(again).toBe(0);
    expect((await ojs.send('GET', '/ojs/v1/health', { plain: true })).status).toBe(200);
  });
});

const failures = async () => (await ojs.audit()).filter(({ event_type }) => event_type === 'tls.handshake.failed');

describe('what is no TLS', () => {
  it('on the TLS port is closed without a word, and audited with its address', async () => {
    const before = (await failures()).length;
    for (const bytes of ['GET / HTTP/1.1\r\nHost: a\r\n\r\n', 'PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n']) {
      const socket = connectTcp(ojs.port, '127.0.0.1');
      let heard = '';
      socket.on('data', (data: Buffer) => {
        heard += data.toString('latin1');
      });
      socket.write(bytes);
      await once(socket, 'close');
      // At most an alert of TLS.
      expect(heard.length).toBeLessThanOrEqual(7);
    }
    await expect.poll(async () => (await failures()).length).toBe(before + 2);
    const told = (await failures()).slice(before);
    expect(told.map(({ detail }) => detail.reason)).toEqual(['plain_http', 'not_tls']);
    expect(told[0]).toMatchObject({ source_ip: '127.0.0.1', principal: 'unknown', outcome: 'failure' });
  });

  it('on the plain port TLS and the PROXY protocol are answered 400 and closed', async () => {
    await expect(open({ port: plainPort() })).rejects.toThrow();
    const proxied = 'PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\nGET /ojs/v1/health HTTP/1.1\r\nHost: a\r\n\r\n';
    expect(await ojs.raw(proxied, { plain: true })).toMatch(/^HTTP\/1\.1 400 /);
    expect((await ojs.send('GET', '/ojs/v1/health', { plain: true })).status).toBe(200);
  });
});

import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { createAuthority, writeCertificate } from '@ojs/dev';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Harness, startHarness } from './http-harness.ts';

const authority = await createAuthority();
const issue = () => authority.issue({ names: ['localhost'] });

/** Each request with a whole handshake, in which the server shows its certificate. */
const whole = new Agent({ keepAlive: false, maxCachedSessions: 0 });

let directory: string;
let ojs: Harness;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ojs-swap-'));
  const { certFile, keyFile } = await writeCertificate(directory, 'server', await issue());
  ojs = await startHarness({ OJS_TLS_CERT_FILE: certFile, OJS_TLS_KEY_FILE: keyFile });
});
afterAll(async () => {
  await ojs.stop();
  await rm(directory, { recursive: true });
});

/** A request on a new connection or a kept one; resolves to status and the serial of the certificate it went under. */
async function ask(agent: Agent): Promise<readonly [number, string]> {
  const request = get({
    ...{
      host: '127.0.0.1',
      port: ojs.port,
      path: '/ojs/v1/health',
      servername: 'localhost',
      ca: authority.cert,
      agent,
    },
  });
  const [response] = await once(request, 'response');
  response.resume();
  const { serialNumber } = (response.socket as TLSSocket).getPeerCertificate();
  await once(response, 'end');
  return [response.statusCode, serialNumber];
}

it('certificates are exchanged again and again under load, and no request fails', async () => {
  const kept = new Agent({ keepAlive: true, maxSockets: 4 });
  // It resumes sessions, which the new context does not know.
  const resuming = new Agent({ keepAlive: false });
  const answered: number[] = [];
  let done = false;
  const load = async (agent: Agent) => {
    while (!done) answered.push((await ask(agent))[0]);
  };
  const loads = [...Array(4).fill(kept), resuming, resuming].map(load);
  const serials: string[] = [];
  for (let i = 0; i < 4; i++) {
    const next = await issue();
    await writeCertificate(directory, 'server', next);
    serials.push(next.serialNumber.toUpperCase());
    await expect.poll(async () => (await ask(whole))[1]).toBe(serials.at(-1));
  }
  done = true;
  await Promise.all(loads);
  kept.destroy();
  expect(new Set(answered)).toEqual(new Set([200]));
  const reloads = async () => (await ojs.audit()).filter(({ event_type }) => event_type.startsWith('tls.certificate.'));
  await expect.poll(reloads).toHaveLength(serials.length);
  const told = await reloads();
  expect(told.map(({ event_type, detail }) => [event_type, detail.serial])).toEqual(
    serials.map((serial) => ['tls.certificate.reloaded', serial]),
  );
});

it('a pair that does not fit together is refused: audited without any of it, counted, and the old one serves', async () => {
  const [, before] = await ask(whole);
  await writeFile(join(directory, 'server.key'), (await issue()).key);
  const rejected = async () =>
    (await ojs.audit()).filter(({ event_type }) => event_type === 'tls.certificate.rejected');
  await expect.poll(rejected, { timeout: 5_000 }).toHaveLength(1);
  expect((await rejected())[0]).toMatchObject({
    outcome: 'failure',
    detail: { reason: 'pair_mismatch', kept: before },
  });
  expect(JSON.stringify(await ojs.audit())).not.toContain('BEGIN');
  expect(await ask(whole)).toEqual([200, before]);
  const key = await ojs.key('admin', 'admin', { tenant: '*' });
  const { text } = await ojs.send('GET', '/metrics', { key, plain: true });
  expect(text).toMatch(/ojs_audit_events_total\{event_type="tls.certificate.rejected",outcome="failure"\} 1/);
  expect(Number(/^ojs_tls_certificate_seconds_left (\S+)/m.exec(text)?.[1])).toBeGreaterThan(29 * 86_400);
});

import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Authority, createAuthority, type Issued } from '@ojs/dev';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeDue } from './engine-cron-fixtures.ts';
import { type Harness, startHarness } from './http-harness.ts';

let directory: string;
let authority: Authority;
let shop: Issued;
let ojs: Harness;
let admin: string;

/** What is believed: the authority, or nothing. */
async function believe(authorities: boolean): Promise<void> {
  const certificates = {
    authorities: [{ id: 'mesh', caFile: join(directory, 'ca.pem'), tenant: '_default' }],
    rules: [
      {
        ...{ authority: 'mesh', san: 'dns', match: 'shop.example.org', principal: 'shop' },
        ...{ plane: 'producer', roles: ['producer'], queues: ['reports'] },
      },
    ],
  };
  await writeFile(join(directory, 'identity.json'), JSON.stringify(authorities ? { certificates } : {}));
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ojs-owners-'));
  authority = await createAuthority();
  await writeFile(join(directory, 'ca.pem'), authority.cert);
  shop = await authority.issue({ names: ['shop.example.org'], usage: 'client' });
  await believe(true);
  ojs = await startHarness({ OJS_IDENTITY_FILE: join(directory, 'identity.json') });
  admin = await ojs.key('admin', 'admin');
});
afterAll(async () => {
  await ojs.stop();
  await rm(directory, { recursive: true, force: true });
});

/** As the principal for whom the authority vouches: nothing of it is stored here. */
async function asShop(path: string, body: object): Promise<number | undefined> {
  const { cert, key } = shop;
  const options = { host: '127.0.0.1', port: ojs.port, servername: 'localhost', ca: ojs.ca, cert, key, agent: false };
  const headers = { 'content-type': 'application/json' };
  const sent = request({ ...options, method: 'POST', path, headers }).end(JSON.stringify(body));
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  answer.resume();
  return answer.statusCode;
}

const lastFiring = async (name: string) =>
  (await ojs.send('GET', `/ojs/v1/cron/${name}/history`, { key: admin })).body.history[0];

describe('a principal that exists only in certificates', () => {
  it('owns a cron entry, which fires within its rights while its authority is believed', async () => {
    const entry = {
      name: 'daily',
      cron: '0 9 * * *',
      type: 'report.generate',
      args: [],
      options: { queue: 'reports' },
    };
    expect(await asShop('/ojs/v1/cron', { ...entry, options: { queue: 'payments' } })).toBe(403);
    expect(await asShop('/ojs/v1/cron', { ...entry, overlap_policy: 'allow' })).toBe(201);
    await makeDue(ojs.connections.client, '_default', 'daily', Date.now() - 1_000);
    await expect.poll(() => lastFiring('daily'), { interval: 25 }).toMatchObject({ outcome: 'triggered' });
    await believe(false);
    const changed = () =>
      ojs.audit().then((records) => records.some(({ event_type }) => event_type === 'identity.changed'));
    await expect.poll(changed, { interval: 25 }).toBe(true);
    await makeDue(ojs.connections.client, '_default', 'daily', Date.now() - 1_000);
    await expect
      .poll(() => lastFiring('daily'), { interval: 25 })
      .toMatchObject({ outcome: 'skipped', reason: 'permission_denied' });
  });
});

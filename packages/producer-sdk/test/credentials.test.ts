import { existsSync } from 'node:fs';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';
import { serverEntry, startTestServer, type TestServer } from '@ojs/dev';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createOperator, createProducer, defineJob, fromFile, type Operator } from '../src/index.ts';

const note = defineJob('note', z.object({ n: z.number() }), { queue: 'notes' });
const shop = { plane: 'producer', roles: ['producer'], principal: 'shop' } as const;

describe.skipIf(!existsSync(serverEntry))('credentials of the real server', () => {
  let directory: string;
  let server: TestServer;
  let operator: Operator;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'ojs-credentials-'));
    server = await startTestServer();
    const credential = await server.createKey({ plane: 'admin', role: 'admin', principal: 'root' });
    operator = createOperator({ url: server.url, ca: server.ca, credential });
  });
  afterAll(async () => {
    await operator?.close();
    await server?.stop();
    await rm(directory, { recursive: true, force: true });
  });

  const { roles, ...rest } = shop;
  const create = () => operator.credentials.create({ ...rest, roles: [...roles] });

  it('are made, read, changed, rotated and revoked; the key is in no log', async () => {
    const made = await create();
    expect(made.key).toMatch(/^ojs_prod_/);
    expect(`${inspect(made)}${JSON.stringify(made)}`).not.toContain(made.key);
    expect(await operator.credentials.get(made.id)).toMatchObject({ principal: 'shop', state: 'live' });
    const expiresAt = new Date(Date.now() + 86_400_000);
    expect(await operator.credentials.update(made.id, { expiresAt, label: 'x' })).toMatchObject({
      ...{ expires_at: expiresAt.toISOString(), label: 'x' },
    });
    const rotated = await operator.credentials.rotate(made.id, { graceMs: 60_000 });
    expect(rotated).toMatchObject({ id: made.id, generation: 1 });
    expect(rotated.key).not.toBe(made.key);
    await expect(operator.credentials.rotate(made.id, { generation: 0 })).rejects.toMatchObject({ status: 409 });
    expect(await operator.credentials.revoke(made.id, 'superseded')).toMatchObject({ state: 'revoked' });
    const listed: string[] = [];
    for await (const { id } of operator.credentials.list({ principal: 'shop', state: 'revoked' })) listed.push(id);
    expect(listed).toEqual([made.id]);
  });

  it('are rotated every few hundred milliseconds under load, and no request fails', async () => {
    const made = await create();
    const file = join(directory, 'key');
    /** As a mounted secret is exchanged: the file is whole at every moment. */
    const deliver = async (key: string): Promise<void> => {
      await writeFile(`${file}.next`, key, { mode: 0o600 });
      await rename(`${file}.next`, file);
    };
    await deliver(made.key);
    const producer = createProducer({ url: server.url, ca: server.ca, credential: fromFile(file) });
    let [done, enqueued] = [false, 0];
    const failures: unknown[] = [];
    const load = async (): Promise<void> => {
      while (!done) {
        await producer.enqueue(note, { n: enqueued++ }).catch((error: unknown) => failures.push(error));
      }
    };
    const loads = Array.from({ length: 4 }, load);
    for (let i = 0; i < 6; i++) {
      const { key } = await operator.credentials.rotate(made.id, { graceMs: 60_000 });
      // A secret takes a while to get to where it is used.
      await sleep(150);
      await deliver(key);
      await sleep(150);
    }
    done = true;
    await Promise.all(loads);
    await producer.close();
    expect(failures).toEqual([]);
    expect(enqueued).toBeGreaterThan(20);
    expect(await operator.credentials.get(made.id)).toMatchObject({ generation: 6 });
  });
});

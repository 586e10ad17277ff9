import { existsSync } from 'node:fs';
import { serverEntry, startTestServer, type TestServer } from '@ojs/dev';
import { createProducer, defineJob, OjsError, OjsValidationError, type Producer } from '@ojs/producer-sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createWorker } from '../src/index.ts';

const report = defineJob('report', z.object({ kind: z.string() }), { queue: 'cron', priority: 5 });
const yearly = { cron: '0 3 1 1 *', timezone: 'Europe/Berlin' };

describe.skipIf(!existsSync(serverEntry))('schedules on the real server', () => {
  let server: TestServer;
  let producer: Producer;

  beforeAll(async () => {
    server = await startTestServer();
    const credential = await server.createKey({ plane: 'producer', role: 'producer' });
    producer = createProducer({ url: server.url, ca: server.ca, credential });
  });
  afterAll(async () => {
    await producer?.close();
    await server?.stop();
  });

  it('are set, changed, found, paused, resumed and deleted', async () => {
    const { schedules } = producer;
    const entry = await schedules.set('yearly', { ...yearly, description: 'all of it' }, report, { kind: 'full' });
    expect(entry).toMatchObject({ name: 'yearly', type: 'report', timezone: 'Europe/Berlin', enabled: true });
    expect(entry.job_template).toMatchObject({ args: [{ kind: 'full' }], options: { queue: 'cron', priority: 5 } });
    // Three in the morning in Berlin, in winter.
    expect(entry.next_run_at).toMatch(/-01-01T02:00:00(\.000)?Z$/);
    await schedules.set('yearly', { ...yearly, overlap: 'allow' }, report, { kind: 'short' });
    expect(await schedules.get('yearly')).toMatchObject({ overlap_policy: 'allow', args: [{ kind: 'short' }] });
    expect((await schedules.pause('yearly')).enabled).toBe(false);
    const paused: string[] = [];
    for await (const { name } of schedules.list({ enabled: false })) paused.push(name);
    expect(paused).toEqual(['yearly']);
    expect((await schedules.resume('yearly')).enabled).toBe(true);
    await schedules.delete('yearly');
    await expect(schedules.get('yearly')).rejects.toMatchObject({ code: 'not_found' });
  });

  it('fire when told, and when it is time; their history says so', async () => {
    const worker = createWorker({
      url: server.url,
      ca: server.ca,
      credential: await server.createKey({ plane: 'worker', role: 'worker' }),
      queues: ['cron'],
    });
    const kinds: string[] = [];
    worker.handle(report, ({ kind }) => void kinds.push(kind)).start();
    await producer.schedules.set('now', yearly, report, { kind: 'by hand' });
    const job = await producer.schedules.trigger('now');
    await producer.schedules.set('often', { cron: '* * * * * *', overlap: 'allow' }, report, { kind: 'by the clock' });
    await expect.poll(() => kinds, { timeout: 5_000 }).toEqual(expect.arrayContaining(['by hand', 'by the clock']));
    const [firing] = await producer.schedules.history('now');
    expect(firing).toMatchObject({ trigger: 'manual', outcome: 'triggered', job_id: job.id });
    await producer.schedules.delete('often');
    await worker.stop({ graceMs: 0 });
  });

  it('that mean nothing are refused, with the field', async () => {
    const refused = producer.schedules.set('never', { cron: '0 0 30 2 *' }, report, { kind: 'x' });
    await expect(refused).rejects.toBeInstanceOf(OjsError);
    await expect(refused).rejects.toThrow(/expression: names a day/);
    await expect(producer.schedules.set('x', yearly, report, {} as never)).rejects.toBeInstanceOf(OjsValidationError);
  });
});

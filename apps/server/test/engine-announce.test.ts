import { type PrivateRedis, startRedis } from '@ojs/dev';
import type { JobState } from '@ojs/schema';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aTenant, fetchOne, jobIn } from './engine-fixtures.ts';
import { aJob, CALLER, openEngine, type TestEngine } from './engine-harness.ts';
import { createSweep, type Sweep } from './engine-sweep.ts';

// Waiting servers also look once a second, which would hide a message that is not sent: here the messages themselves count.
// On a single Redis, where messages come in the order in which they were sent.
describe('scripts', () => {
  let redis: PrivateRedis;
  let open: TestEngine;
  let sweep: Sweep;

  beforeAll(async () => {
    redis = await startRedis();
    open = await openEngine(redis.url, {}, false);
    sweep = await createSweep(redis.url);
  });

  afterAll(async () => {
    await Promise.all([open.close(), sweep.close()]);
    await redis.stop();
  });

  /** What is published on a channel of the tenant while something is done. */
  async function heard(tenant: string, name: 'wake' | 'done', run: () => Promise<unknown>): Promise<string[]> {
    const subscriber = open.redis.subscriber();
    const messages: string[] = [];
    let last: () => void = () => undefined;
    const all = new Promise<void>((resolve) => {
      last = resolve;
    });
    subscriber.on('message', (_channel: string, message: string) => {
      if (message === 'last') last();
      else messages.push(message);
    });
    await new Promise((resolve) => subscriber.once('ready', resolve));
    const channel = `{ojs:${tenant}}/${name}`;
    await subscriber.subscribe(channel);
    await run();
    await open.redis.client.publish(channel, 'last');
    await all;
    subscriber.disconnect();
    return messages;
  }

  const claim = (id: string) => ({ id, queue: 'q' });
  const engine = () => open.engine;

  test.each<[string, JobState | 'dead', (tenant: string, id: string) => Promise<unknown>]>([
    ['a job that becomes due', 'scheduled', (t, id) => sweep.come(t, 'q', id)],
    ['a retry that becomes due', 'retryable', (t, id) => sweep.come(t, 'q', id)],
    ['the end of a lease', 'active', (t, id) => sweep.come(t, 'q', id)],
    ['giving back', 'active', (t, id) => engine().requeue(t, CALLER, claim(id))],
    ['activation', 'pending', (t, id) => engine().activate(t, CALLER, id, 'q')],
    ['retrying a dead letter', 'dead', (t, id) => engine().retryDeadLetter(t, CALLER, id, 'q')],
    ['a push', 'completed', (t) => engine().push(t, CALLER, [aJob({ queue: 'q' }), aJob({ queue: 'q' })])],
  ])('%s announces the queue, once', async (_how, state, change) => {
    const tenant = aTenant();
    const { id } = await jobIn(engine(), tenant, state, 'q');
    expect(await heard(tenant, 'wake', () => change(tenant, id))).toEqual(['q']);
  });

  test('resuming announces the queue; a second job where one waits already does not', async () => {
    const tenant = aTenant();
    await jobIn(engine(), tenant, 'available', 'q');
    expect(await heard(tenant, 'wake', () => engine().push(tenant, CALLER, [aJob({ queue: 'q' })]))).toEqual([]);
    await engine().setPaused(tenant, CALLER, 'q', true);
    expect(await heard(tenant, 'wake', () => engine().setPaused(tenant, CALLER, 'q', false))).toEqual(['q']);
  });

  test.each<[string, JobState, (tenant: string, id: string) => Promise<unknown>]>([
    ['an ack', 'active', (t, id) => engine().ack(t, CALLER, claim(id), 1)],
    ['a last nack', 'active', (t, id) => engine().nack(t, CALLER, claim(id), { message: '', retryable: false })],
    ['a cancellation', 'available', (t, id) => engine().cancel(t, CALLER, id, 'q')],
  ])('%s announces the end of the job, once', async (_how, state, change) => {
    const tenant = aTenant();
    const { id } = await jobIn(engine(), tenant, state, 'q');
    expect(await heard(tenant, 'done', () => change(tenant, id))).toEqual([id]);
  });

  test('what is not the end is not announced as one', async () => {
    const tenant = aTenant();
    const { id } = await jobIn(engine(), tenant, 'available', 'q');
    const messages = await heard(tenant, 'done', async () => {
      await fetchOne(engine(), tenant, 'q');
      await engine().nack(tenant, CALLER, claim(id), { message: 'again' });
    });
    expect(messages).toEqual([]);
  });
});

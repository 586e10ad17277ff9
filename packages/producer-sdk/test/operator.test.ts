import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, createClient, type Job } from '@ojs/client';
import { createAuthority, serverEntry, startTestServer, type TestServer, writePrivateFile } from '@ojs/dev';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Receiver, startReceiver } from '../../../apps/server/test/webhook-receiver.ts';
import { createOperator, createProducer, defineJob, type Operator, type Producer, uuidv7 } from '../src/index.ts';
import { verifyWebhook } from '../src/webhooks.ts';

const note = defineJob('note', z.object({ n: z.number() }), { queue: 'notes' });
const doomed = { queue: 'doomed', retry: { maxAttempts: 1, onExhaustion: 'dead_letter' } } as const;
async function all<T>(list: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const each of list) found.push(each);
  return found;
}

describe.skipIf(!existsSync(serverEntry))('an operator of the real server', () => {
  let directory = '';
  let server: TestServer;
  let receiver: Receiver;
  let operator: Operator;
  let producer: Producer;
  let worker: Client;

  beforeAll(async () => {
    const authority = await createAuthority();
    receiver = await startReceiver(authority);
    directory = await mkdtemp(join(tmpdir(), 'ojs-operator-'));
    const caFile = join(directory, 'ca.pem');
    await writePrivateFile(caFile, authority.cert);
    server = await startTestServer({
      authority,
      env: { OJS_OUTGOING_ALLOW: '127.0.0.1', OJS_OUTGOING_CA_FILE: caFile },
    });
    const as = async (plane: 'producer' | 'worker' | 'admin') => ({
      url: server.url,
      ca: server.ca,
      credential: await server.createKey({ plane, role: plane }),
    });
    operator = createOperator(await as('admin'));
    producer = createProducer(await as('producer'));
    worker = createClient(await as('worker'));
  });
  afterAll(async () => {
    await Promise.all([operator?.close(), producer?.close(), worker?.close()]);
    await server?.stop();
    await receiver?.close();
    await rm(directory, { recursive: true, force: true });
  });

  const fetchFrom = async (queue: string): Promise<Job[]> =>
    (await worker.call('fetchJobs', { body: { queues: [queue], count: 50 } })).jobs;
  const enqueue = async (count: number, options: Parameters<Producer['enqueue']>[2] = {}): Promise<string[]> => {
    const entries = Array.from({ length: count }, (_, n) => ({ job: note, input: { n }, options }));
    return (await producer.enqueueMany(entries)).map(({ id }) => id);
  };
  const die = async (count: number): Promise<string[]> => {
    const ids = await enqueue(count, doomed);
    await fetchFrom('doomed');
    const error = { type: 'Broken', message: 'x' };
    for (const id of ids) await worker.call('nackJob', { body: { job_id: id, error } });
    return ids;
  };

  it('creates, configures, pauses, drains, purges and deletes queues', async () => {
    const { queues } = operator;
    const limits = { concurrency: 2, rateLimit: { limit: 9, periodMs: 1_500 } };
    expect(await queues.create('notes', limits)).toMatchObject({ name: 'notes', config: { concurrency: 2 } });
    expect(await queues.config('notes')).toEqual({ concurrency: 2, rate_limit: { limit: 9, period: 'PT1.5S' } });
    expect(await queues.configure('notes', {})).toEqual({});
    expect((await queues.pause('notes')).status).toBe('paused');
    await enqueue(3);
    expect(await queues.stats('notes')).toMatchObject({ available: 3, paused: true });
    expect(await fetchFrom('notes')).toEqual([]);
    expect((await queues.drain('notes')).status).toBe('draining');
    await expect(enqueue(1)).rejects.toMatchObject({ status: 422 });
    expect((await queues.resume('notes')).status).toBe('active');
    expect((await queues.get('notes')).stats.depth).toBe(3);
    await expect(queues.purge('notes', { states: ['available'] } as never)).rejects.toThrow(/confirm/);
    expect(await queues.purge('notes', { confirm: true })).toMatchObject({ purged_count: 3, has_more: false });
    const olderThan = new Date();
    const ended = { states: ['cancelled' as const], olderThan, confirm: true as const };
    await expect(queues.purge('notes', { ...ended, olderThan: new Date('never') })).rejects.toThrow(/olderThan/);
    expect((await queues.purge('notes', ended)).states).toEqual(['cancelled']);
    expect((await queues.delete('notes', { strategy: 'reject', confirm: true })).state).toBe('deleted');
    await expect(queues.get('notes')).rejects.toMatchObject({ code: 'not_found' });
  });

  it('lists queues page by page', async () => {
    const names = Array.from({ length: 101 }, (_, n) => `many.${String(n).padStart(3, '0')}`);
    await producer.enqueueMany(names.map((queue) => ({ job: note, input: { n: 1 }, options: { queue } })));
    const listed = (await all(operator.queues.list())).map(({ name }) => name);
    expect(listed.filter((name) => name.startsWith('many.'))).toEqual(names);
  });

  it('finds, retries and deletes dead letters, one and many', async () => {
    const { deadLetters } = operator;
    const ids = await die(5);
    expect((await deadLetters.stats({ queue: 'doomed' })).by_error_type).toEqual({ Broken: 5 });
    const found = await all(deadLetters.list({ queue: 'doomed', errorType: 'Broken', since: new Date(0) }));
    expect(found.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
    expect(await all(deadLetters.list({ queue: 'doomed', until: new Date(0) }))).toEqual([]);
    const [first = '', second = ''] = ids;
    expect((await deadLetters.get(first)).errors).toHaveLength(1);
    expect(await deadLetters.retry(first)).toMatchObject({ state: 'available', attempt: 0 });
    await deadLetters.delete(second);
    await expect(deadLetters.delete(second)).rejects.toMatchObject({ code: 'not_found' });
    const trial = await deadLetters.retryAll({ queue: 'doomed' }, { dryRun: true });
    expect(trial).toMatchObject({ dry_run: true, total_matched: 3 });
    expect(await deadLetters.retryAll({ type: 'no*' }, { confirm: true })).toMatchObject({ retried: 3 });
    await die(2);
    expect(await deadLetters.purge({ queue: 'doomed' }, { confirm: true })).toMatchObject({ deleted: 2 });
    await expect(deadLetters.get('x')).rejects.toThrow(/UUIDv7/);
  });

  it('cancels, retries and deletes many jobs, by their ids or by a filter', async () => {
    const { bulk } = operator;
    const ids = await enqueue(3, { queue: 'bulk', tags: ['old'] });
    const filter = { queue: 'bulk', tags: ['old'], enqueuedBefore: new Date(Date.now() + 60_000) };
    await expect(bulk.cancel({ filter })).rejects.toThrow(/confirm: must be true/);
    expect(await bulk.cancel({ filter }, { dryRun: true })).toMatchObject({ matched: 3, dry_run: true });
    const [first = ''] = ids;
    const mixed = await bulk.cancel({ jobIds: [first, uuidv7()] });
    expect(mixed.items.map(({ status }) => status)).toEqual(['cancelled', 'skipped']);
    expect(await bulk.cancel({ filter: { ...filter, state: 'available' } }, { confirm: true })).toMatchObject({
      cancelled: 2,
    });
    const errors = ids.map((job_id) => ({ job_id, error: expect.stringContaining('cancelled') }));
    await expect(bulk.retry({ jobIds: ids })).rejects.toMatchObject({ status: 422, details: { errors } });
    expect(await bulk.delete({ jobIds: ids }, { atomicity: 'atomic' })).toMatchObject({ deleted: 3 });
    await expect(bulk.cancel({ jobIds: ['x'] })).rejects.toThrow(/jobIds\[0\]/);
  });

  it('reads what happened to a job, how far it is and what it came to; so does a producer', async () => {
    const [id = ''] = await enqueue(1, { queue: 'read' });
    await fetchFrom('read');
    await worker.call('reportProgress', { path: { id }, body: { progress: 0.5, message: 'half' } });
    expect(await producer.progress(id)).toMatchObject({ state: 'active', progress: 0.5, message: 'half' });
    await worker.call('ackJob', { body: { job_id: id, result: { ok: true } } });
    const types = (await all(producer.history(id))).map(({ event_type }) => event_type);
    expect(types[0]).toBe('job.created');
    expect(types).toContain('job.attempt_completed');
    const none = uuidv7();
    const results = await producer.results([id, none]);
    expect(results).toMatchObject({ [id]: { state: 'completed', result: { ok: true } }, [none]: null });
    expect(await operator.jobs.deleteHistory(id)).toBe(types.length);
    expect(await all(operator.jobs.history(id))).toEqual([]);
    await expect(all(producer.history('x'))).rejects.toThrow(/UUIDv7/);
  });

  it('reads how far a rate limit is used', async () => {
    await enqueue(2, { queue: 'limited', rateLimit: { key: 'smtp', concurrency: 1 } });
    await fetchFrom('limited');
    expect(await operator.rateLimits.get('smtp')).toMatchObject({ key: 'smtp', concurrency: { active: 1 } });
  });

  it('subscribes to events, whose deliveries a receiver can verify, also while the secret is rotated', async () => {
    const { webhooks } = operator;
    const made = await webhooks.create({
      url: receiver.url('/hook'),
      events: ['job.enqueued'],
      filter: { queues: ['told'], jobTypes: ['note'] },
      timeoutMs: 5_000,
    });
    const { id, secret } = made;
    expect(JSON.stringify(made)).not.toContain(secret);
    expect(await webhooks.get(id)).toMatchObject({ timeout_ms: 5_000, filter: { job_types: ['note'] } });
    await enqueue(1, { queue: 'told' });
    const [letter] = await receiver.first(1, '/hook');
    if (!letter) throw new Error('nothing was delivered');
    expect(verifyWebhook(letter.headers, letter.body, secret)).toBe(true);
    expect(verifyWebhook(letter.headers, `${letter.body} `, secret)).toBe(false);

    const { secret: newer } = await webhooks.rotateSecret(id, { graceMs: 60_000 });
    expect((await webhooks.test(id)).success).toBe(true);
    const [, tested] = await receiver.first(2, '/hook');
    if (!tested) throw new Error('nothing was delivered');
    for (const known of [secret, newer, [secret, newer]])
      expect(verifyWebhook(tested.headers, tested.body, known)).toBe(true);

    const [delivery] = await webhooks.deliveries({ subscriptionId: id, status: 'delivered' });
    expect(await webhooks.delivery(delivery?.id ?? '')).toMatchObject({
      status: 'delivered',
      event_type: 'job.enqueued',
    });
    await expect(webhooks.retryDelivery(delivery?.id ?? '')).rejects.toMatchObject({ status: 409 });
    expect(await webhooks.update(id, { active: false, filter: null })).toMatchObject({ active: false });
    expect((await webhooks.get(id)).filter).toBeUndefined();
    expect((await webhooks.list()).map((each) => each.id)).toEqual([id]);
    await webhooks.delete(id);
    expect(await webhooks.list()).toEqual([]);
  });

  it('is refused what its credential may not do', async () => {
    const credential = await server.createKey({ plane: 'admin', role: 'operator' });
    const limited = createOperator({ url: server.url, ca: server.ca, credential });
    await expect(limited.queues.pause('told')).rejects.toMatchObject({ code: 'permission_denied' });
    await limited.close();
  });
});

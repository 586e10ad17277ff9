import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, expectRefusal, type Harness, startHarness } from './http-harness.ts';
import { openStream, type SseClient } from './sse-client.ts';

let ojs: Harness;
let producer: string;
let worker: string;
beforeAll(async () => {
  ojs = await startHarness({ OJS_LIMITS_STREAMS_PER_PRINCIPAL: '3', OJS_RETENTION_EVENTS: '200' });
  producer = await ojs.key('producer', 'producer');
  worker = await ojs.key('worker', 'worker');
});
afterAll(() => ojs.stop());

const streams: SseClient[] = [];
async function listen(query: string, key = producer, headers: Readonly<Record<string, string>> = {}) {
  const stream = await openStream(ojs, `/ojs/v1/events/stream${query}`, key, headers);
  streams.push(stream);
  return stream;
}
const hangUp = async (): Promise<void> => {
  for (const stream of streams.splice(0)) {
    stream.close();
    await stream.ended;
  }
};

const push = async (queue: string, key = producer): Promise<string> => {
  const { body } = await ojs.send('POST', '/ojs/v1/jobs', { key, body: { type: 'a.b', args: [], options: { queue } } });
  return body.job.id;
};
const work = async (queue: string): Promise<Answer> => {
  const { body } = await ojs.send('POST', '/ojs/v1/workers/fetch', { key: worker, body: { queues: [queue] } });
  return ojs.send('POST', '/ojs/v1/workers/ack', { key: worker, body: { job_id: body.jobs[0].id } });
};

describe('a stream of events', () => {
  it('tells each event as it happens, as an envelope with its id', async () => {
    const stream = await listen('?queues=live');
    expect(stream.response.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'ojs-version': '1.0',
      'x-accel-buffering': 'no',
    });
    const id = await push('live');
    await work('live');
    const told = await stream.first(3);
    expect(told.map(({ event }) => event)).toEqual(['job.enqueued', 'job.started', 'job.completed']);
    for (const { id: eventId, event, data } of told) {
      expect(data).toMatchObject({
        id: eventId,
        type: event,
        specversion: '1.0',
        subject: id,
        data: { queue: 'live' },
      });
    }
    await hangUp();
  });

  it('goes on after Last-Event-ID: no event is lost or told twice, also inside a batch', async () => {
    const first = await listen('?queues=resume');
    const jobs = [1, 2, 3].map(() => ({ type: 'a.b', args: [], options: { queue: 'resume' } }));
    await ojs.send('POST', '/ojs/v1/jobs/batch', { key: producer, body: { jobs } });
    const [one, two] = await first.first(2);
    await hangUp();
    const later = await push('resume');
    for (const [query, headers] of [
      ['', { 'last-event-id': one!.id! }],
      [`&last_event_id=${one!.id}`, {}],
    ] as const) {
      const second = await listen(`?queues=resume${query}`, producer, headers);
      const told = await second.first(3);
      expect(told[0]?.id).toBe(two!.id);
      expect(told[2]?.data.subject).toBe(later);
      await hangUp();
    }
  });

  it('says so when events after Last-Event-ID are kept no more, and goes on with those that are', async () => {
    await push('gap');
    const { body } = await ojs.send('GET', '/ojs/v1/events?queues=gap', { key: producer });
    await ojs.connections.client.xtrim('{ojs:_default}/events', 'MAXLEN', 0);
    const kept = await push('gap');
    const stream = await listen('?queues=gap', producer, { 'last-event-id': body.events[0].id });
    const told = await stream.first(2);
    expect(told.map(({ event }) => event)).toEqual(['system.gap', 'job.enqueued']);
    expect(told[0]?.data).toEqual({ channel: 'all', gap_start: body.events[0].time, gap_end: told[1]?.data.time });
    expect(told[1]?.data.subject).toBe(kept);
    await hangUp();
  });

  it.each(['evt_9999999999999-0-0', 'evt_0042'])('says so when it does not know Last-Event-ID %s', async (id) => {
    await push('gap');
    const stream = await listen('?queues=gap', producer, { 'last-event-id': id });
    const [gap] = await stream.first(1);
    expect(gap?.event).toBe('system.gap');
    const next = await push('gap');
    expect((await stream.first(2))[1]?.data.subject).toBe(next);
    await hangUp();
  });

  it('can be narrowed to types, queues and job types', async () => {
    const stream = await listen('?types=job.started,queue.*&queues=n1,n2&job_types=a.b');
    for (const queue of ['n1', 'n3', 'n2']) await push(queue);
    for (const queue of ['n1', 'n3', 'n2']) await work(queue);
    const told = await stream.first(2);
    expect(told.map(({ event, data }) => [event, data.data.queue])).toEqual([
      ['job.started', 'n1'],
      ['job.started', 'n2'],
    ]);
    await hangUp();
  });

  it('of a channel tells changes of state too, and ends with its job', async () => {
    const id = await push('channel');
    const stream = await listen(`?channel=job:${id}`);
    const queue = await openStream(ojs, '/ojs/v1/queues/channel/events?event_types=job.state_changed', producer);
    await work('channel');
    await stream.ended;
    expect(stream.told.map(({ event }) => event)).toEqual([
      'job.state_changed',
      'job.started',
      'job.state_changed',
      'job.completed',
    ]);
    const change = { job_id: id, queue: 'channel', type: 'a.b', timestamp: expect.any(String) };
    expect((await queue.first(2)).map(({ data }) => data)).toEqual([
      { ...change, from: 'available', to: 'active' },
      { ...change, from: 'active', to: 'completed' },
    ]);
    queue.close();
    const [between] = stream.told;
    const again = await listen(`?channel=job:${id}`, producer, { 'last-event-id': between!.id! });
    await again.ended;
    expect(again.told.map(({ event }) => event)).toContain('job.started');
    await hangUp();
  });

  it('of a job that has ended tells its state and ends', async () => {
    const id = await push('over');
    await work('over');
    const stream = await openStream(ojs, `/ojs/v1/jobs/${id}/events`, producer);
    await stream.ended;
    expect(stream.told).toMatchObject([{ event: 'job.state_changed', data: { job_id: id, to: 'completed' } }]);
  });

  it('does not begin for what does not exist or may not be inspected', async () => {
    const hidden = await push('hidden');
    const narrow = await ojs.key('producer', 'producer', { queues: ['mine'], principal: 'narrow' });
    const ask = (path: string) => ojs.send('GET', path, { key: narrow });
    const unknown = '019539a4-b68c-7def-8000-1a2b3c4d5e6f';
    for (const id of [hidden, unknown]) {
      expectRefusal(await ask(`/ojs/v1/jobs/${id}/events`), 404, 'not_found');
      expectRefusal(await ask(`/ojs/v1/events/stream?channel=job:${id}`), 404, 'not_found');
    }
    expectRefusal(await ask('/ojs/v1/events/stream?channel=queue:hidden'), 403, 'permission_denied');
    expectRefusal(await ask('/ojs/v1/queues/hidden/events'), 403, 'permission_denied');
    expectRefusal(await ask('/ojs/v1/queues/mine/events'), 404, 'not_found');
    expectRefusal(await ask('/ojs/v1/events/stream?channel=job:*'), 400, 'invalid_request');
    expectRefusal(await ask('/ojs/v1/events/stream?types=nope'), 400, 'invalid_request');
  });

  it('tells nothing of queues that may not be inspected, nor of other tenants', async () => {
    const narrow = await ojs.key('producer', 'producer', { queues: ['seen'], principal: 'narrow' });
    const stream = await listen('', narrow);
    const elsewhere = await ojs.key('producer', 'producer', { tenant: 'elsewhere', principal: 'other' });
    await push('seen', elsewhere);
    await push('unseen');
    const id = await push('seen');
    const [only] = await stream.first(1);
    expect(only?.data.subject).toBe(id);
    expect(stream.told).toHaveLength(1);
    await hangUp();
  });

  it('ends within a second when its credential is revoked, and tells nothing that happens after', async () => {
    const key = await ojs.key('producer', 'producer', { principal: 'leaver' });
    const stream = await listen('?queues=left', key);
    await push('left');
    await stream.first(1);
    await ojs.revoke('leaver');
    const revokedAt = Date.now();
    await stream.ended;
    expect(Date.now() - revokedAt).toBeLessThan(2_000);
    await push('left');
    expect(stream.told).toHaveLength(1);
  });

  it('is refused when the principal has too many, and gives its place back', async () => {
    const open = [await listen(''), await listen(''), await listen('')];
    const refused = await ojs.send('GET', '/ojs/v1/events/stream', { key: producer });
    expectRefusal(refused, 429, 'rate_limited');
    open[0]?.close();
    await open[0]?.ended;
    await expect.poll(async () => (await listen('')).status).toBe(200);
    await hangUp();
  });
});

it('a policy that changes narrows the streams that are open', async () => {
  const policyFile = join(await mkdtemp(join(tmpdir(), 'ojs-stream-')), 'policy.json');
  const grants = [{ effect: 'deny', permissions: ['inspect'], queues: ['closed'] }];
  await writeFile(policyFile, JSON.stringify({ preset: 'page' }));
  const other = await startHarness({ OJS_POLICY_FILE: policyFile });
  const key = await other.key('producer', 'producer', { principal: 'watcher' });
  const sender = await other.key('producer', 'producer', { principal: 'sender' });
  const stream = await openStream(other, '/ojs/v1/events/stream', key);
  const send = async (queue: string): Promise<string> => {
    const body = { type: 'a.b', args: [], options: { queue } };
    return (await other.send('POST', '/ojs/v1/jobs', { key: sender, body })).body.job.id;
  };
  const before = await send('closed');
  await stream.first(1);
  await writeFile(policyFile, JSON.stringify({ preset: 'page', principals: { watcher: { grants } } }));
  await expect
    .poll(async () => (await other.send('GET', '/ojs/v1/queues/closed/stats', { key })).status, { timeout: 10_000 })
    .toBe(403);
  await send('closed');
  const after = await send('open');
  expect((await stream.first(2)).map(({ data }) => data.subject)).toEqual([before, after]);
  await other.stop();
});

it('a server that stops says so to its streams and closes them at once', async () => {
  const other = await startHarness();
  const stream = await openStream(other, '/ojs/v1/events/stream', await other.key('producer', 'producer'));
  const begun = Date.now();
  await other.stop();
  await stream.ended;
  expect(stream.told.at(-1)?.event).toBe('server.shutdown');
  expect(Date.now() - begun).toBeLessThan(5_000);
});

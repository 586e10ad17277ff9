import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Authority, createAuthority } from '@ojs/dev';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { expectRefusal, type Harness, startHarness } from './http-harness.ts';
import { isSigned, type Receiver, startReceiver } from './webhook-receiver.ts';

const SUBSCRIPTIONS = '/ojs/v1/webhooks/subscriptions';
const DELIVERIES = '/ojs/v1/webhooks/deliveries';

let ojs: Harness;
let authority: Authority;
let receiver: Receiver;
let admin: string;
let operator: string;
let producer: string;
beforeAll(async () => {
  authority = await createAuthority();
  receiver = await startReceiver(authority);
  const caFile = join(tmpdir(), `ojs-webhooks-${process.pid}.pem`);
  await writeFile(caFile, authority.cert);
  ojs = await startHarness({ OJS_OUTGOING_ALLOW: '127.0.0.1', OJS_OUTGOING_CA_FILE: caFile });
  admin = await ojs.key('admin', 'admin');
  operator = await ojs.key('admin', 'operator', { queues: ['seen'] });
  producer = await ojs.key('producer', 'producer');
});
afterAll(async () => {
  await ojs.stop();
  await receiver.close();
});

const create = (body: object, key = operator) =>
  ojs.send('POST', SUBSCRIPTIONS, { key, body: { url: 'https://example.com/hook', events: ['job.*'], ...body } });
const push = (queue: string) =>
  ojs.send('POST', '/ojs/v1/jobs', { key: producer, body: { type: 'a.b', args: [], options: { queue } } });

describe('a subscription', () => {
  it('is created, read, listed, changed and deleted; its secret is shown once', async () => {
    const { status, body, headers } = await create({ metadata: { team: 'x' }, filter: { queues: ['seen'] } });
    expect(status).toBe(201);
    const { id, secret } = body.subscription;
    expect(headers.location).toBe(`${SUBSCRIPTIONS}/${id}`);
    expect(secret).toMatch(/^whsec_[\w-]{43}$/);
    expect(body).toMatchObject({ id, secret, active: true, url: 'https://example.com/hook', owner: 'operator@test' });
    const read = await ojs.send('GET', `${SUBSCRIPTIONS}/${id}`, { key: operator });
    expect(read.body.subscription).toMatchObject({ id, active: true, metadata: { team: 'x' }, timeout_ms: 30_000 });
    const listed = await ojs.send('GET', SUBSCRIPTIONS, { key: operator });
    expect(listed.body.subscriptions.map((each: { id: string }) => each.id)).toEqual([id]);
    const change = { active: false, events: ['job.failed'], filter: null };
    const changed = await ojs.send('PATCH', `${SUBSCRIPTIONS}/${id}`, { key: operator, body: change });
    expect(changed.body.subscription).toMatchObject({ active: false, events: ['job.failed'], metadata: { team: 'x' } });
    expect(changed.body.subscription.filter).toBeUndefined();
    for (const { text } of [read, listed, changed]) expect(text).not.toContain(secret);
    expect((await ojs.send('DELETE', `${SUBSCRIPTIONS}/${id}`, { key: operator })).status).toBe(204);
    expectRefusal(await ojs.send('GET', `${SUBSCRIPTIONS}/${id}`, { key: operator }), 404, 'not_found');
    const told = (await ojs.audit()).filter(({ event_type }) => event_type.startsWith('webhook.'));
    expect(told.map(({ event_type }) => event_type.slice('webhook.subscription.'.length))).toEqual([
      'created',
      'updated',
      'deleted',
    ]);
    expect(JSON.stringify(told)).not.toContain('/hook');
  });

  it('belongs to its creator: others find nothing, an admin of all queues finds it', async () => {
    const { id } = (await create({})).body;
    const other = await ojs.key('admin', 'operator', { principal: 'other', queues: ['seen'] });
    const elsewhere = await ojs.key('admin', 'admin', { tenant: 'elsewhere' });
    for (const key of [other, elsewhere]) {
      for (const [method, path, body] of [
        ['GET', `${SUBSCRIPTIONS}/${id}`, undefined],
        ['PATCH', `${SUBSCRIPTIONS}/${id}`, {}],
        ['DELETE', `${SUBSCRIPTIONS}/${id}`, undefined],
        ['POST', `${SUBSCRIPTIONS}/${id}/test`, undefined],
        ['POST', `${SUBSCRIPTIONS}/${id}/rotate-secret`, undefined],
        ['GET', `${DELIVERIES}?subscription_id=${id}`, undefined],
      ] as const)
        expectRefusal(await ojs.send(method, path, { key, body }), 404, 'not_found');
      expect((await ojs.send('GET', SUBSCRIPTIONS, { key })).body.subscriptions).toEqual([]);
    }
    expect((await ojs.send('GET', `${SUBSCRIPTIONS}/${id}`, { key: admin })).status).toBe(200);
    expect((await ojs.send('DELETE', `${SUBSCRIPTIONS}/${id}`, { key: admin })).status).toBe(204);
  });

  it('is not for producers and workers, nor of queues that may not be inspected', async () => {
    expectRefusal(await create({}, producer), 403, 'permission_denied');
    expectRefusal(await create({}, await ojs.key('worker', 'worker')), 403, 'permission_denied');
    expectRefusal(await create({ filter: { queues: ['seen', 'unseen'] } }), 403, 'permission_denied');
  });

  it.each([
    ['url', { url: 'https://127.0.0.2/' }],
    ['url', { url: 'https://2130706434/' }],
    ['url', { url: 'https://169.254.169.254/' }],
    ['url', { url: 'https://localhost/' }],
    ['url', { url: 'https://user:pw@example.com/' }],
    ['url', { url: 'ftp://example.com/' }],
    ['url', { url: 7 }],
    ['events', { events: [] }],
    ['events[0]', { events: ['job.unknown'] }],
    ['secret', { secret: 'short' }],
    ['secret', { secret: 'with spaces and\r\nlines' }],
    ['timeout_ms', { timeout_ms: 60_001 }],
    ['metadata', { metadata: Object.fromEntries(Array.from({ length: 21 }, (_, i) => [`k${i}`, 'v'])) }],
    ['filter.queues[0]', { filter: { queues: ['_ojs_internal'] } }],
    ['body', { headers: { Authorization: 'x' } }],
  ])('with a bad %s is refused: %j', async (field, body) => {
    const answer = await create(body);
    expectRefusal(answer, 400, 'invalid_request');
    expect(answer.body.error.details.field).toBe(field);
    if (field === 'url') {
      const { id } = (await create({})).body;
      expectRefusal(await ojs.send('PATCH', `${SUBSCRIPTIONS}/${id}`, { key: operator, body }), 400, 'invalid_request');
      await ojs.send('DELETE', `${SUBSCRIPTIONS}/${id}`, { key: operator });
    }
  });

  it('that does not exist is not found, whatever its id looks like', async () => {
    for (const path of [
      `${SUBSCRIPTIONS}/nope`,
      `${DELIVERIES}/nope`,
      `${SUBSCRIPTIONS}/sub_019539a4-b68c-7def-8000-aabbccddeeff`,
    ])
      expectRefusal(await ojs.send('GET', path, { key: admin }), 404, 'not_found');
  });
});

it('unknown attributes of a subscription are ignored where the server is set so', async () => {
  const lenient = await startHarness({ OJS_VALIDATION_UNKNOWN_ATTRIBUTES: 'ignore' });
  const key = await lenient.key('admin', 'admin');
  const body = { url: 'https://example.com/', events: ['*'], description: 'x' };
  const created = await lenient.send('POST', SUBSCRIPTIONS, { key, body });
  expect(created.status).toBe(201);
  expect(created.text).not.toContain('description');
  await lenient.stop();
});

describe('deliveries', () => {
  it('come from a running server, signed with a secret that the caller chose, and can be looked at', async () => {
    const secret = 'chosen_by_the_caller';
    const { id } = (await create({ url: receiver.url('/live'), events: ['job.enqueued'], secret })).body;
    await push('unseen');
    const { job } = (await push('seen')).body;
    const [letter] = await receiver.first(1, '/live');
    expect(letter?.event).toMatchObject({ type: 'job.enqueued', subject: job.id });
    expect(isSigned(letter!, secret)).toBe(true);
    await vi.waitFor(async () => {
      const { body } = await ojs.send('GET', `${DELIVERIES}?subscription_id=${id}&status=delivered`, { key: operator });
      expect(body.deliveries).toMatchObject([{ event_id: letter?.event.id, status_code: 200, attempts: 1 }]);
    }, 20_000);
    const delivery = letter?.headers['x-ojs-delivery-id'];
    const one = await ojs.send('GET', `${DELIVERIES}/${delivery}`, { key: operator });
    expect(one.body.delivery).toMatchObject({ id: delivery, subscription_id: id, status: 'delivered' });
    expectRefusal(await ojs.send('POST', `${DELIVERIES}/${delivery}/retry`, { key: operator }), 409, 'conflict');
    await ojs.send('DELETE', `${SUBSCRIPTIONS}/${id}`, { key: operator });
  });

  it('of a limited credential tell what that one may inspect, whatever its principal may with others', async () => {
    const principal = 'both@test';
    const limited = await ojs.key('admin', 'operator', { principal, queues: ['seen'] });
    const wide = await ojs.key('admin', 'operator', { principal });
    const events = ['job.enqueued'];
    const { id } = (await create({ url: receiver.url('/scope'), events }, limited)).body;
    await push('unseen');
    const first = (await push('seen')).body.job.id;
    expect((await receiver.first(1, '/scope')).map(({ event }) => event.subject)).toEqual([first]);

    await ojs.send('PATCH', `${SUBSCRIPTIONS}/${id}`, { key: wide, body: { events } });
    const second = (await push('unseen')).body.job.id;
    expect((await receiver.first(2, '/scope')).map(({ event }) => event.subject)).toEqual([first, second]);

    const told = await ojs.send('PATCH', `${SUBSCRIPTIONS}/${id}`, { key: limited, body: { events } });
    expect(told.body.subscription.scope ?? told.body.scope).toBeUndefined();
    await push('unseen');
    const third = (await push('seen')).body.job.id;
    expect((await receiver.first(3, '/scope')).map(({ event }) => event.subject)).toEqual([first, second, third]);
    await ojs.send('DELETE', `${SUBSCRIPTIONS}/${id}`, { key: wide });
  });

  it('can be tested: the answer tells the status, and nothing that the receiver said', async () => {
    receiver.answer = (_letter, response) => response.writeHead(418, { 'X-Inside': 'hidden' }).end('hidden');
    const { id, secret } = (await create({ url: receiver.url('/test') })).body;
    const tested = await ojs.send('POST', `${SUBSCRIPTIONS}/${id}/test`, { key: operator });
    expect(tested.body).toEqual({
      success: false,
      status_code: 418,
      response_time_ms: expect.any(Number),
      error: 'status',
    });
    expect(tested.text).not.toContain('hidden');
    const [letter] = await receiver.first(1, '/test');
    expect(letter?.event).toMatchObject({ type: 'webhook.test' });
    expect(isSigned(letter!, secret)).toBe(true);
    receiver.answer = (_letter, response) => response.end();
  });

  it('are signed with the old secret too after it was rotated', async () => {
    const { id, secret } = (await create({ url: receiver.url('/rotate') })).body;
    const rotated = await ojs.send('POST', `${SUBSCRIPTIONS}/${id}/rotate-secret`, { key: operator });
    expect(rotated.body.subscription).toMatchObject({ id, previous_secret_expires_at: expect.any(String) });
    await ojs.send('POST', `${SUBSCRIPTIONS}/${id}/test`, { key: operator });
    const [letter] = await receiver.first(1, '/rotate');
    expect([isSigned(letter!, secret), isSigned(letter!, rotated.body.secret)]).toEqual([true, true]);
  });

  it('to a target that is inside fail like one that does not answer', async () => {
    const { id } = (await create({ url: 'https://unknown-host.invalid/' })).body;
    const tested = await ojs.send('POST', `${SUBSCRIPTIONS}/${id}/test`, { key: operator });
    expect(tested.body).toMatchObject({ success: false, error: 'unreachable' });
  });
});

import { type Authority, createAuthority, type PrivateRedis, startRedis } from '@ojs/dev';
import { v7 } from 'uuid';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { StaleAccess } from '../src/engine/errors.ts';
import type { RightsOf } from '../src/engine/index.ts';
import type { WebhookRecord } from '../src/engine/webhooks/webhooks.ts';
import { createOutgoing, type Send } from '../src/outgoing/send.ts';
import { aTenant, fetchOne, jobIn } from './engine-fixtures.ts';
import { aJob, CALLER, openEngine, type TestEngine } from './engine-harness.ts';
import { expectSound } from './engine-sound.ts';
import { isSigned, type Receiver, startReceiver } from './webhook-receiver.ts';

/** Deliveries are handshakes, which take their time on a busy machine. */
const eventually = (check: () => unknown): Promise<unknown> => vi.waitFor(check, { timeout: 20_000, interval: 20 });
const PAST = 1_000_000_000_000;

let redis: PrivateRedis;
let authority: Authority;
let receiver: Receiver;
let send: Send;
/** Two servers. */
let a: TestEngine;
let b: TestEngine;
let tenant: string;
/** What owners may inspect. */
let visible: (queue: string) => boolean;

const rightsOf: RightsOf = async () => ({ epoch: '0', may: (_permission, queue) => visible(queue) });

beforeAll(async () => {
  redis = await startRedis();
  authority = await createAuthority();
  send = createOutgoing({ allow: ['127.0.0.0/8'], ca: authority.cert }).send;
  a = await openEngine(redis.url, {}, false, rightsOf, send);
  b = await openEngine(redis.url, {}, false, rightsOf, send);
});
afterAll(async () => {
  await a.close();
  await b.close();
  await redis.stop();
});
beforeEach(async () => {
  receiver = await startReceiver(authority);
  tenant = aTenant();
  visible = () => true;
});
afterEach(async () => {
  await eventually(() => expectSound(a.redis));
  await receiver.close();
});

async function subscribe(more: Partial<WebhookRecord> = {}, on = tenant): Promise<string> {
  const id = `sub_${v7()}`;
  const base = { url: receiver.url(), events: ['*'], timeoutMs: 5_000, owner: 'owner', createdAt: 0, updatedAt: 0 };
  await a.engine.webhooks.create(on, CALLER, id, { ...base, ...more }, true, `secret of ${id}`);
  return id;
}
const key = (name: string): string => `{ojs:${tenant}}/${name}`;
/** Looks for new events, and sends what is due. */
async function sweep(engine = a.engine): Promise<void> {
  await a.redis.client.zadd(key('timers'), 'XX', PAST, 'webhooks/feed');
  await engine.sweep(tenant);
}
/** The next attempt has come. */
async function again(sub: string): Promise<void> {
  const [delivery] = await a.redis.client.zrange(key(`webhook-due/${sub}`), 0, '0');
  await a.redis.client.zadd(key(`webhook-due/${sub}`), PAST, delivery ?? '');
  await a.redis.client.zadd(key('timers'), PAST, `webhook/${sub}`);
  await a.engine.sweep(tenant);
}
const push = (queue: string, type = 'test.job') => a.engine.push(tenant, CALLER, [aJob({ queue, type })]);
const statusesOf = async (sub: string) =>
  (await a.engine.webhooks.deliveries(tenant, sub, 100)).map(({ status, attempts, error }) => [
    status,
    attempts,
    error,
  ]);
const settled = (sub: string, ...expected: unknown[]) =>
  eventually(async () => expect(await statusesOf(sub)).toEqual(expected));

describe('a delivery', () => {
  it('is the event, signed, with headers that tell what it is', async () => {
    const sub = await subscribe();
    const [job] = await push('q');
    await sweep();
    const [letter] = await receiver.first(1);
    expect(letter?.event).toMatchObject({ specversion: '1.0', type: 'job.enqueued', subject: job?.id });
    expect(letter?.headers).toMatchObject({
      'content-type': 'application/json',
      'user-agent': 'OJS-Webhook/1.0',
      'x-ojs-event-type': 'job.enqueued',
      'x-ojs-subscription-id': sub,
      'x-ojs-delivery-id': expect.stringMatching(/^del_/),
    });
    expect(Math.abs(Number(letter?.headers['x-ojs-timestamp']) - Date.now() / 1_000)).toBeLessThan(10);
    expect(isSigned(letter!, `secret of ${sub}`)).toBe(true);
    await settled(sub, ['delivered', 1, undefined]);
  });

  it('is signed with both secrets while they are rotated, and with the new one alone afterwards', async () => {
    const sub = await subscribe();
    const rotated = await a.engine.webhooks.rotate(tenant, CALLER, sub, undefined, 60_000);
    const fresh = rotated?.secret.reveal() ?? '';
    await push('q');
    await sweep();
    const [both] = await receiver.first(1);
    expect([isSigned(both!, `secret of ${sub}`), isSigned(both!, fresh)]).toEqual([true, true]);
    const once = await a.engine.webhooks.rotate(tenant, CALLER, sub, undefined, 0);
    await push('q');
    await sweep();
    const [, one] = await receiver.first(2);
    expect(isSigned(one!, fresh)).toBe(false);
    expect(isSigned(one!, once?.secret.reveal() ?? '')).toBe(true);
    await settled(sub, ['delivered', 1, undefined], ['delivered', 1, undefined]);
  });

  it('is made once however many servers look, of each event and each subscription', async () => {
    const subs = await Promise.all([subscribe({ url: receiver.url('/1') }), subscribe({ url: receiver.url('/2') })]);
    for (let i = 0; i < 8; i++) await push('q');
    await Promise.all([sweep(a.engine), sweep(b.engine), sweep(a.engine), sweep(b.engine)]);
    for (const [i, sub] of subs.entries()) {
      await eventually(async () => expect((await a.engine.webhooks.get(tenant, sub))?.stats.delivered).toBe(8));
      const letters = receiver.letters.filter(({ path }) => path === `/${i + 1}`);
      expect(new Set(letters.map(({ event }) => event.id)).size).toBe(8);
      expect(letters).toHaveLength(8);
    }
  });

  it('is made once also where another server looked in between', async () => {
    let go = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    let asked = false;
    // Rights are asked for between reading the cursor and writing deliveries.
    const slowly: RightsOf = async (...args) => {
      asked = true;
      await gate;
      return rightsOf(...args);
    };
    const slow = await openEngine(redis.url, {}, false, slowly, send);
    const sub = await subscribe();
    await push('q');
    const looking = sweep(slow.engine);
    await eventually(() => expect(asked).toBe(true));
    await sweep(a.engine);
    go();
    await looking;
    await settled(sub, ['delivered', 1, undefined]);
    expect(receiver.letters).toHaveLength(1);
    await slow.close();
  });

  it('is made of the events that match type, queue and job type, and only of those after the subscription', async () => {
    await push('a', 'x');
    const sub = await subscribe({
      events: ['job.enqueued', 'queue.*'],
      filter: { queues: ['a'], job_types: ['x', '-'] },
    });
    await push('b', 'x');
    await push('a', 'y');
    const [job] = await push('a', 'x');
    await fetchOne(a.engine, tenant, 'b');
    await a.engine.setPaused(tenant, CALLER, 'a', true);
    await sweep();
    const letters = await receiver.first(2);
    expect(letters.map(({ event }) => event.subject).sort()).toEqual([job?.id, 'a'].sort());
    await settled(sub, ['delivered', 1, undefined], ['delivered', 1, undefined]);
  });

  it('is not made of what the owner may not inspect, and not sent when the owner may no longer', async () => {
    visible = (queue) => queue === 'mine';
    const sub = await subscribe();
    await push('other');
    await sweep();
    expect(await statusesOf(sub)).toEqual([]);
    receiver.answer = (_letter, response) => response.writeHead(500).end();
    await push('mine');
    await sweep();
    await settled(sub, ['pending', 1, 'status']);
    visible = () => false;
    await again(sub);
    await settled(sub, ['dead', 2, 'permission_denied']);
    expect(receiver.letters).toHaveLength(1);
  });

  it('never crosses tenants', async () => {
    const elsewhere = aTenant();
    await subscribe({ url: receiver.url('/elsewhere') }, elsewhere);
    const sub = await subscribe({ url: receiver.url('/here') });
    await push('q');
    await sweep();
    await a.redis.client.zadd(`{ojs:${elsewhere}}/timers`, PAST, 'webhooks/feed');
    await a.engine.sweep(elsewhere);
    await settled(sub, ['delivered', 1, undefined]);
    expect(receiver.letters.map(({ path }) => path)).toEqual(['/here']);
  });

  it('is tried again with the same id and later each time, until it is dead; then it can be delivered again', async () => {
    receiver.answer = (_letter, response) => response.writeHead(503).end();
    const sub = await subscribe();
    await push('q');
    await sweep();
    for (let attempt = 1; attempt < 8; attempt++) {
      await settled(sub, ['pending', attempt, 'status']);
      await again(sub);
    }
    await settled(sub, ['dead', 8, 'status']);
    expect(new Set(receiver.letters.map(({ headers }) => headers['x-ojs-delivery-id'])).size).toBe(1);
    receiver.answer = (_letter, response) => response.end();
    const [dead] = await a.engine.webhooks.deliveries(tenant, sub, 100);
    expect(await a.engine.webhooks.replay(tenant, CALLER, dead!)).toBeUndefined();
    await a.engine.sweep(tenant);
    await settled(sub, ['delivered', 1, undefined]);
    expect(receiver.letters.at(-1)?.headers['x-ojs-delivery-id']).toBe(dead?.id);
    expect(await a.engine.webhooks.replay(tenant, CALLER, dead!)).toBe('delivered');
  });

  it('that was sent by a server which died before it could say so is sent again, with the same id', async () => {
    const dying = await openEngine(redis.url, {}, false, rightsOf, async (request) => {
      const answer = await send(request);
      dying.redis.client.disconnect();
      return answer;
    });
    const sub = await subscribe();
    await push('q');
    await sweep(dying.engine).catch(() => undefined);
    const [first] = await receiver.first(1);
    expect(await statusesOf(sub)).toEqual([['pending', 1, undefined]]);
    await again(sub);
    const [, second] = await receiver.first(2);
    expect(second?.headers['x-ojs-delivery-id']).toBe(first?.headers['x-ojs-delivery-id']);
    await settled(sub, ['delivered', 2, undefined]);
    await dying.close().catch(() => undefined);
  });

  it('that somebody else took meanwhile is not ended by who took it first', async () => {
    let answered: (() => void) | undefined;
    receiver.answer = (_letter, response) => {
      answered = () => response.end();
    };
    const sub = await subscribe();
    await push('q');
    await sweep();
    await receiver.first(1);
    receiver.answer = (_letter, response) => response.writeHead(500).end();
    await again(sub);
    await settled(sub, ['pending', 2, 'status']);
    answered?.();
    await a.redis.client.ping();
    expect(await statusesOf(sub)).toEqual([['pending', 2, 'status']]);
  });

  it('that is under way when the server stops is due again at once', async () => {
    receiver.answer = () => undefined;
    const leaving = await openEngine(redis.url, {}, false, rightsOf, send);
    const sub = await subscribe();
    await push('q');
    await sweep(leaving.engine);
    await receiver.first(1);
    await leaving.close();
    receiver.answer = (_letter, response) => response.end();
    await a.engine.sweep(tenant);
    await settled(sub, ['delivered', 1, undefined]);
  });

  it('to a slow receiver holds up neither others nor the sweeper', async () => {
    receiver.answer = ({ path }, response) => void (path === '/slow' || response.end());
    const slow = await subscribe({ url: receiver.url('/slow') });
    const quick = await subscribe({ url: receiver.url('/quick') });
    for (let i = 0; i < 10; i++) await push('q');
    await sweep();
    await eventually(async () => expect((await a.engine.webhooks.get(tenant, quick))?.stats.delivered).toBe(10));
    expect(receiver.letters.filter(({ path }) => path === '/slow')).toHaveLength(4);
    await a.engine.webhooks.delete(tenant, CALLER, slow);
  });
});

describe('a subscription', () => {
  it('becomes inactive when too many deliveries in a row end dead, and starts anew when it is made active', async () => {
    receiver.answer = (_letter, response) => response.writeHead(410).end();
    const sub = await subscribe();
    for (let i = 0; i < 20; i++) await push('q');
    await sweep();
    await eventually(async () => expect((await a.engine.webhooks.get(tenant, sub))?.active).toBe(false));
    expect(await a.engine.webhooks.get(tenant, sub)).toMatchObject({
      disabled_at: expect.any(String),
      stats: { dead: 20 },
    });
    await push('q');
    await sweep();
    receiver.answer = (_letter, response) => response.end();
    const active = await a.engine.webhooks.update(tenant, CALLER, sub, (record) => ({ record, active: true }));
    expect(active).toMatchObject({ active: true });
    expect(active).not.toHaveProperty('disabled_at');
    const [job] = await push('q');
    await sweep();
    await eventually(() => expect(receiver.letters).toHaveLength(21));
    expect(receiver.letters.at(-1)?.event.subject).toBe(job?.id);
    await eventually(async () => expect((await a.engine.webhooks.get(tenant, sub))?.stats.delivered).toBe(1));
  });

  it('keeps a bounded number of deliveries: the oldest give way and are counted', async () => {
    receiver.answer = () => undefined;
    const sub = await subscribe();
    await a.engine.push(
      tenant,
      CALLER,
      Array.from({ length: 1_000 }, () => aJob({ queue: 'q' })),
    );
    await push('q');
    for (let i = 0; i < 7; i++) await sweep();
    const { stats } = (await a.engine.webhooks.get(tenant, sub)) ?? {};
    expect(stats).toMatchObject({ pending: 1_000, dropped: 1 });
    await a.engine.webhooks.delete(tenant, CALLER, sub);
  });

  it('that is deleted leaves nothing behind', async () => {
    receiver.answer = (_letter, response) => response.writeHead(500).end();
    const sub = await subscribe();
    const other = await subscribe({ url: receiver.url('/gone') });
    const gone = await jobIn(a.engine, tenant, 'available', 'q');
    await sweep();
    await settled(sub, ['pending', 1, 'status']);
    await settled(other, ['pending', 1, 'status']);
    expect(gone.state).toBe('available');
    for (const id of [sub, other]) expect(await a.engine.webhooks.delete(tenant, CALLER, id)).toBe(true);
    expect(await a.engine.webhooks.delete(tenant, CALLER, sub)).toBe(false);
    const left = await a.redis.client.keys(`{ojs:${tenant}}/*`);
    expect(left.filter((name) => /webhook|delivery/.test(name))).toEqual([]);
    expect((await a.redis.client.zrange(key('timers'), 0, '-1')).filter((name) => name.includes('/'))).toEqual([]);
  });

  it('costs nothing while there is none', async () => {
    await push('q');
    expect(await a.redis.client.zrange(key('timers'), 0, '-1')).toEqual([]);
  });

  it('is changed only under rights that are still current', async () => {
    const sub = await subscribe();
    await a.redis.client.incr(key('epoch'));
    for (const change of [
      a.engine.webhooks.delete(tenant, CALLER, sub),
      a.engine.webhooks.update(tenant, CALLER, sub, (record) => ({ record, active: false })),
      a.engine.webhooks.rotate(tenant, CALLER, sub, undefined, 0),
    ])
      await expect(change).rejects.toThrow(StaleAccess);
    expect(await a.engine.webhooks.get(tenant, sub)).toMatchObject({ active: true });
  });

  it('cannot be added without end', async () => {
    await Promise.all(Array.from({ length: 100 }, () => subscribe({ events: ['cron.*'] })));
    const record = { url: receiver.url(), events: ['*'], timeoutMs: 1_000, owner: 'o', createdAt: 0, updatedAt: 0 };
    expect(await a.engine.webhooks.create(tenant, CALLER, `sub_${v7()}`, record, true, undefined)).toBeUndefined();
  });
});

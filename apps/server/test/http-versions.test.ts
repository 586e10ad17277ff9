import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, expectRefusal, type Harness, startHarness } from './http-harness.ts';

const ONE = [{ type: 'invoice.generate', versions: '>=1.0, <2.0' }];
const TWO = [{ type: 'invoice.generate', versions: '>=2.0 <3.0' }];

let ojs: Harness;
let producer: string;
let worker: string;
beforeAll(async () => {
  ojs = await startHarness();
  [producer, worker] = await Promise.all([ojs.key('producer', 'producer'), ojs.key('worker', 'worker')]);
});
afterAll(() => ojs.stop());

const enqueue = async (queue: string, job: object): Promise<string> => {
  const body = { type: 'invoice.generate', args: [], options: { queue }, ...job };
  return (await ojs.send('POST', '/ojs/v1/jobs', { key: producer, body })).body.job.id;
};
const post = (operation: string, body: object): Promise<Answer> =>
  ojs.send('POST', `/ojs/v1/workers/${operation}`, { key: worker, body });
const fetched = async (body: object): Promise<string[]> =>
  (await post('fetch', { count: 10, ...body })).body.jobs.map(({ id }: { id: string }) => id);

describe('versioned jobs', () => {
  it.each(['heartbeat', 'beat'])('go to the worker that declared their version in its %s', async (operation) => {
    const queues = [`by-${operation}`];
    const one = await enqueue(queues[0]!, { version: '1.4' });
    const two = await enqueue(queues[0]!, { type: 'invoice.generate@2.0' });
    const plain = await enqueue(queues[0]!, {});
    const worker_id = `w-${operation}`;
    expect((await post(operation, { worker_id, active_jobs: [], handlers: TWO })).status).toBe(200);
    expect(await fetched({ queues, worker_id })).toEqual([two, plain]);
    expect(await fetched({ queues, worker_id })).toEqual([]);
    const { body } = await ojs.send('GET', `/ojs/v1/jobs/${one}`, { key: producer });
    expect(body.job).toMatchObject({ state: 'available', version: '1.4' });
    expect(await fetched({ queues, handlers: ONE })).toEqual([one]);
  });

  it('that are not for a waiting worker do not make it ask again and again', async () => {
    await enqueue('held', { version: '1.0' });
    const { client } = ojs.connections;
    await client.config('RESETSTAT');
    expect(await fetched({ queues: ['held'], handlers: TWO, wait_ms: 1_200 })).toEqual([]);
    const [, scripts] = /cmdstat_evalsha:calls=(\d+)/.exec(await client.info('commandstats')) ?? [];
    expect(Number(scripts)).toBeLessThan(20);
  });

  it('reach a worker that waits while others’ are held', async () => {
    await enqueue('mixed', { version: '1.0' });
    const waiting = fetched({ queues: ['mixed'], handlers: TWO, wait_ms: 20_000 });
    const two = await enqueue('mixed', { version: '2.1' });
    expect(await waiting).toEqual([two]);
  });
});

describe('a declaration', () => {
  const of = (handler: object): object[] => [handler];
  it.each([
    ['no list', { type: 'a' }, 'handlers', 'type'],
    ['no type', of({ versions: '*' }), 'handlers[0].type', 'required'],
    ['a type that is none', of({ type: 'a b' }), 'handlers[0].type', 'format'],
    ['no range', of({ type: 'a', versions: '^1.0' }), 'handlers[0].versions', 'format'],
    ['a number', of({ type: 'a', versions: 2 }), 'handlers[0].versions', 'type'],
    ['a range with nothing in it', of({ type: 'a', versions: '>=2.0 <1.0' }), 'handlers[0].versions', 'format'],
    ['too long a range', of({ type: 'a', versions: `>=1.0${' <2.0'.repeat(20)}` }), 'handlers[0].versions', 'max'],
    ['too many types', Array(101).fill({ type: 'a' }), 'handlers', 'max'],
    ['too long types', Array(17).fill({ type: 'x'.repeat(255) }), 'handlers', 'max'],
  ])('of %s is refused, and nothing of it kept', async (what, handlers, field, rule) => {
    const worker_id = `bad-${what.replaceAll(' ', '-')}`;
    for (const operation of ['heartbeat', 'fetch']) {
      const answer = await post(operation, { worker_id, queues: ['bad'], handlers });
      expectRefusal(answer, 400, 'invalid_request');
      expect(answer.body.error.details).toMatchObject({ field, rule });
    }
    expect(await ojs.connections.client.exists(`{ojs:_default}/worker/${worker_id}`)).toBe(0);
  });
});

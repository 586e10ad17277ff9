import { v7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, expectRefusal, type Harness, type KeyOptions, startHarness } from './http-harness.ts';

let ojs: Harness;
beforeAll(async () => {
  ojs = await startHarness();
});
afterAll(() => ojs.stop());

const producer = (options: KeyOptions = {}): Promise<string> => ojs.key('producer', 'producer', options);
const enqueue = (key: string, type: string, unique: object, more: object = {}): Promise<Answer> =>
  ojs.send('POST', '/ojs/v1/jobs', { key, body: { type, args: [{ canary: 1 }], ...more, options: { unique } } });
const aType = (): string => `t.${v7()}`;

describe('a unique job', () => {
  it('is created once; the second is a duplicate, which tells of the first', async () => {
    const [key, type] = [await producer(), aType()];
    const policy = { keys: ['type', 'args'], args_keys: ['canary'], period: 'PT1H' };
    const first = await enqueue(key, type, policy);
    expect(first).toMatchObject({ status: 201, body: { job: { unique: policy, state: 'available' } } });
    const second = await enqueue(key, type, policy);
    expectRefusal(second, 409, 'duplicate');
    expect(second.body.error).toMatchObject({
      retryable: false,
      details: {
        existing_job_id: first.body.job.id,
        existing_job_state: 'available',
        uniqueness_key: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    });
    expect(second.text).not.toContain('canary');
  });

  it('that ignores is answered with the one that exists, 200, and without Location', async () => {
    const [key, type] = [await producer(), aType()];
    const first = await enqueue(key, type, {});
    const second = await enqueue(key, type, { on_conflict: 'ignore' });
    expect(second).toMatchObject({ status: 200, body: { job: first.body.job, deduplicated: true } });
    expect(second.headers.location).toBeUndefined();
    expect(first.body.deduplicated).toBeUndefined();
  });

  it('may stand beside type or among the options, and null means none', async () => {
    const [key, type] = [await producer(), aType()];
    const send = (body: object): Promise<Answer> =>
      ojs.send('POST', '/ojs/v1/jobs', { key, body: { type, args: [], ...body } });
    expect((await send({ unique: {} })).status).toBe(201);
    expect((await send({ unique: null, options: { unique: null } })).status).toBe(201);
    expectRefusal(await send({ unique: {} }), 409, 'duplicate');
  });

  it('with a strategy that does not exist is refused by field and rule', async () => {
    const [key, type] = [await producer(), aType()];
    const answer = await enqueue(key, type, { on_conflict: 'overwrite' });
    expectRefusal(answer, 400, 'invalid_request');
    expect(answer.body.error.details).toMatchObject({ field: 'options.unique.on_conflict', rule: 'enum' });
  });
});

describe('a batch with unique jobs', () => {
  const batch = (key: string, jobs: object[]): Promise<Answer> =>
    ojs.send('POST', '/ojs/v1/jobs/batch', { key, body: { jobs: jobs.map((job) => ({ args: [], ...job })) } });

  it('is refused whole, and the place is told', async () => {
    const [key, type] = [await producer(), aType()];
    const answer = await batch(key, [{ type: aType() }, { type, unique: {} }, { type, unique: {} }]);
    expectRefusal(answer, 409, 'duplicate');
    expect(answer.body.error.details).toMatchObject({ index: 2 });
    expect((await batch(key, [{ type, unique: {} }])).status).toBe(201);
  });

  it('that would replace more than 200 jobs is refused by field and rule', async () => {
    const [key, type] = [await producer(), aType()];
    const jobs = Array.from({ length: 201 }, () => ({ type, unique: { on_conflict: 'replace' } }));
    await batch(key, [{ type, unique: {} }]);
    const answer = await batch(key, jobs);
    expectRefusal(answer, 422, 'invalid_request');
    expect(answer.body.error.details).toMatchObject({ field: 'unique.on_conflict', rule: 'max', max: 200, index: 200 });
    expect((await batch(key, jobs.slice(1))).status).toBe(201);
  });

  it('tells which jobs existed; 200 where all did', async () => {
    const [key, type] = [await producer(), aType()];
    const unique = { on_conflict: 'ignore' };
    const first = await batch(key, [{ type, unique }]);
    expect(first.body.deduplicated).toBeUndefined();
    const second = await batch(key, [{ type: aType() }, { type, unique }]);
    expect(second).toMatchObject({ status: 201, body: { count: 2, deduplicated: [1] } });
    expect(second.body.jobs[1]).toEqual(first.body.jobs[0]);
    expect(await batch(key, [{ type, unique }])).toMatchObject({ status: 200, body: { deduplicated: [0] } });
  });
});

describe('what others sent', () => {
  it('does not exist for a caller who may not know of its queue: no conflict, nothing replaced', async () => {
    const [theirs, mine] = [
      await producer({ queues: ['theirs'], principal: 'a@test' }),
      await producer({ queues: ['mine'] }),
    ];
    for (const on_conflict of ['reject', 'ignore', 'replace']) {
      const type = aType();
      const { body } = await enqueue(theirs, type, {}, { queue: 'theirs' });
      const answer = await enqueue(mine, type, { on_conflict }, { queue: 'mine' });
      expect(answer.status).toBe(201);
      expect(answer.body.job.replaces).toBeUndefined();
      const job = await ojs.send('GET', `/ojs/v1/jobs/${body.job.id}`, { key: theirs });
      expect(job.body.job.state).toBe('available');
    }
  });

  it('is replaced only by who may cancel it, which the audit log tells', async () => {
    const type = aType();
    const [other, key] = [await producer({ principal: 'a@test' }), await producer({ principal: 'b@test' })];
    const old = (await enqueue(other, type, {})).body.job.id as string;
    const refused = await enqueue(key, type, { on_conflict: 'replace' });
    expectRefusal(refused, 403, 'permission_denied');
    expect(refused.body.error.details).toEqual({ permission: 'cancel', queue: 'default' });
    const operator = await ojs.key('admin', 'operator');
    const { body } = await enqueue(operator, type, { on_conflict: 'replace' });
    expect(body.job.replaces).toEqual([old]);
    const audit = await ojs.audit();
    expect(audit.find(({ detail }) => detail.job_id === old)).toMatchObject({
      event_type: 'job.cancelled',
      principal: 'operator@test',
      detail: { job_type: type, queue: 'default', replaced_by: body.job.id },
    });
    expect(
      audit.filter(({ event_type, principal }) => event_type === 'permission.denied' && principal === 'b@test'),
    ).toMatchObject([{ detail: { permission: 'cancel', queue: 'default', operation: 'enqueueJob' } }]);
  });

  it('belongs to one tenant: the same job of another is no conflict', async () => {
    const admin = await ojs.key('admin', 'admin', { tenant: '*' });
    const type = aType();
    for (const tenant of ['one', 'two']) {
      const answer = await ojs.send('POST', '/ojs/v1/jobs', {
        key: admin,
        headers: { 'x-ojs-tenant': tenant },
        body: { type, args: [], unique: {} },
      });
      expect(answer.status).toBe(201);
    }
  });
});

describe('names of priorities', () => {
  it('are told as numbers', async () => {
    const key = await producer();
    for (const [name, priority] of [
      ['HIGH', 10],
      ['NORMAL', 0],
      ['LOW', -10],
    ] as const) {
      const { body } = await ojs.send('POST', '/ojs/v1/jobs', {
        key,
        body: { type: 'a', args: [], options: { priority: name } },
      });
      expect(body.job.priority).toBe(priority);
    }
  });
});

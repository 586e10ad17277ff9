import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Answer, expectRefusal, type Harness, startHarness } from './http-harness.ts';

const WORKFLOWS = '/ojs/v1/workflows';
let ojs: Harness;
let admin: string;
let worker: string;
/** Producers on some queues only. */
let onA: string;
let onB: string;

beforeAll(async () => {
  ojs = await startHarness();
  admin = await ojs.key('admin', 'admin');
  worker = await ojs.key('worker', 'worker');
  onA = await ojs.key('producer', 'producer', { queues: ['a'], principal: 'a@test' });
  onB = await ojs.key('producer', 'producer', { queues: ['b'], principal: 'b@test' });
});
afterAll(() => ojs.stop());

const job = (queue = 'a', more: object = {}) => ({ type: 't', args: [], options: { queue }, ...more });
const chain = (...steps: object[]) => ({ type: 'chain', steps });
const create = (body: unknown, key = onA): Promise<Answer> => ojs.send('POST', WORKFLOWS, { key, body });
const get = (id: string, key = onA): Promise<Answer> => ojs.send('GET', `${WORKFLOWS}/${id}`, { key });
const fetchFrom = async (queue: string) =>
  (await ojs.send('POST', '/ojs/v1/workers/fetch', { key: worker, body: { queues: [queue], count: 10 } })).body.jobs;
/** The next job of the queue, as soon as there is one. */
const nextOf = (queue: string) =>
  vi.waitFor(async () => {
    const [next] = await fetchFrom(queue);
    expect(next).toBeDefined();
    return next;
  });
const keysOf = async (): Promise<string[]> => (await ojs.connections.client.keys('{ojs:_default}*')).toSorted();

describe('who may create a workflow', () => {
  it.each([
    ['a step', chain(job('a'), job('b'))],
    ['a step of a nested group', chain(job('a'), { type: 'group', jobs: [job('a'), job('b')] })],
    ['a callback', { type: 'batch', jobs: [job('a')], callbacks: { on_failure: job('b') } }],
    ['a default for all steps', { ...chain({ type: 't', args: [] }), options: { queue: 'b' } }],
    ['a step of a graph', { steps: [job('a', { id: 'x', depends_on: [] }), job('b', { id: 'y', depends_on: ['x'] })] }],
  ])('is asked of each queue: %s on a queue that is not the caller’s refuses all of it', async (_where, body) => {
    const before = await keysOf();
    const answer = await create(body);
    expectRefusal(answer, 403, 'permission_denied');
    expect(answer.body.error.details.queue).toBe('b');
    expect(await keysOf()).toEqual(before);
    const records = await ojs.audit();
    expect(records.at(-1)).toMatchObject({ event_type: 'permission.denied', outcome: 'failure' });
  });

  it('is recorded', async () => {
    const { body } = await create(chain(job(), job()));
    const record = (await ojs.audit()).find(({ event_type }) => event_type === 'workflow.created');
    expect(record).toMatchObject({ principal: 'a@test', detail: { workflow_id: body.workflow.id, jobs: 2 } });
    await ojs.send('DELETE', `${WORKFLOWS}/${body.workflow.id}`, { key: onA });
  });
});

describe('who may know of a workflow', () => {
  it('is whoever may inspect all of its queues; to others it does not exist', async () => {
    const { body } = await create(chain(job('a'), job('b')), admin);
    const { id } = body.workflow;
    expect((await get(id, admin)).status).toBe(200);
    const unknown = '019539a4-0000-7000-8000-ffffffffffff';
    const key = await ojs.key('admin', 'operator', { queues: ['a'], principal: 'operator-a@test' });
    for (const method of ['GET', 'DELETE']) {
      const hidden = await ojs.send(method, `${WORKFLOWS}/${id}`, { key });
      const missing = await ojs.send(method, `${WORKFLOWS}/${unknown}`, { key });
      expectRefusal(hidden, 404, 'not_found');
      expect(hidden.text.replaceAll(id, unknown).length).toBe(missing.text.length);
    }
    const listed = (await ojs.send('GET', WORKFLOWS, { key: onA })).body.workflows.map(
      (each: { id: string }) => each.id,
    );
    expect(listed).not.toContain(id);
    expect((await ojs.send('GET', WORKFLOWS, { key: admin })).body.workflows[0].id).toBe(id);
    expectRefusal(await get('no-uuid'), 404, 'not_found');
  });

  it('does not make it theirs to cancel', async () => {
    const { body } = await create(chain(job('a')), admin);
    expectRefusal(await ojs.send('DELETE', `${WORKFLOWS}/${body.workflow.id}`, { key: onA }), 403, 'permission_denied');
    const { status, body: cancelled } = await ojs.send('DELETE', `${WORKFLOWS}/${body.workflow.id}`, { key: admin });
    expect(status).toBe(200);
    expect(cancelled.workflow).toMatchObject({ state: 'cancelled', steps_cancelled: 1, steps_already_completed: 0 });
    const again = await ojs.send('DELETE', `${WORKFLOWS}/${body.workflow.id}`, { key: admin });
    expectRefusal(again, 409, 'conflict');
    expect(again.body.error.details.current_state).toBe('cancelled');
  });

  it('is not another tenant', async () => {
    const other = await ojs.key('admin', 'admin', { tenant: 'other' });
    const { body } = await create(chain(job('a')), admin);
    expectRefusal(await get(body.workflow.id, other), 404, 'not_found');
  });
});

it('begins a step only while its owner may enqueue there', async () => {
  const key = await ojs.key('producer', 'producer', { queues: ['left', 'right'], principal: 'leaver@test' });
  const { body } = await create(chain(job('left'), job('right')), key);
  const [first] = await fetchFrom('left');
  await ojs.revoke('leaver@test');
  await ojs.send('POST', '/ojs/v1/workers/ack', { key: worker, body: { job_id: first.id } });
  await expect.poll(async () => (await get(body.workflow.id, admin)).body.workflow.state).toBe('failed');
  const { steps, metadata } = (await get(body.workflow.id, admin)).body.workflow;
  expect(steps).toMatchObject([
    { state: 'completed' },
    { state: 'failed', job_id: null, error: { code: 'permission_denied' } },
  ]);
  expect(metadata).toMatchObject({ failed_step_index: 1 });
  expect(await fetchFrom('right')).toEqual([]);
  const denied = (await ojs.audit()).findLast(({ event_type }) => event_type === 'permission.denied');
  expect(denied).toMatchObject({ principal: 'leaver@test', detail: { workflow_id: body.workflow.id, queue: 'right' } });
});

const many = (count: number): object[] => Array.from({ length: count }, () => job());
const nested = (depth: number): object => (depth === 0 ? job() : { type: 'group', jobs: [nested(depth - 1)] });
const graph = (...steps: [id: unknown, ...needs: unknown[]][]) => ({
  steps: steps.map(([id, ...needs]) => job('a', { id, depends_on: needs })),
});

const BAD: [what: string, body: unknown, field: string, rule: string][] = [
  ['no object', [], 'body', 'type'],
  ['no type', { steps: [job()] }, 'type', 'required'],
  ['an unknown type', { type: 'saga', steps: [job()] }, 'type', 'enum'],
  ['no steps', { type: 'chain' }, 'steps', 'required'],
  ['an empty chain', chain(), 'steps', 'min'],
  ['an empty group', { type: 'group', jobs: [] }, 'jobs', 'min'],
  ['jobs in a chain', { type: 'chain', jobs: [job()] }, 'jobs', 'unsupported'],
  ['steps that are no list', { type: 'chain', steps: {} }, 'steps', 'type'],
  ['a step that is no object', chain(job(), 7 as never), 'steps[1]', 'type'],
  ['a step without args', chain(job(), { type: 't', queue: 'a' }), 'steps[1].args', 'required'],
  [
    'a nested job with bad args',
    chain(job(), { type: 'group', jobs: [job(), job('a', { args: {} })] }),
    'steps[1].jobs[1].args',
    'type',
  ],
  ['a bad queue inside', chain({ type: 'group', jobs: [job('a b')] }), 'steps[0].jobs[0].options.queue', 'format'],
  ['a bad type inside', chain(job('a', { type: 'a b' })), 'steps[0].type', 'format'],
  ['an empty nested group', chain({ type: 'group', jobs: [] }), 'steps[0].jobs', 'min'],
  ['a nested flow of unknown type', chain({ type: 'saga', steps: [job()] }), 'steps[0].type', 'enum'],
  ['an unknown attribute', { ...chain(job()), colour: 'red' }, 'body', 'unknown'],
  ['an unknown attribute of a step', chain(job('a', { colour: 'red' })), 'steps[0].colour', 'unknown'],
  ['a batch without callbacks', { type: 'batch', jobs: [job()] }, 'callbacks', 'required'],
  ['a batch with none', { type: 'batch', jobs: [job()], callbacks: {} }, 'callbacks', 'min'],
  ['an unknown callback', { type: 'batch', jobs: [job()], callbacks: { on_error: job() } }, 'callbacks', 'unknown'],
  [
    'a bad callback',
    { type: 'batch', jobs: [job()], callbacks: { on_success: { type: 't', queue: 'a' } } },
    'callbacks.on_success.args',
    'required',
  ],
  [
    'a callback that is no object',
    { type: 'batch', jobs: [job()], callbacks: { on_success: 1 } },
    'callbacks.on_success',
    'type',
  ],
  [
    'callbacks of a group',
    { type: 'group', jobs: [job()], callbacks: { on_success: job() } },
    'callbacks',
    'unsupported',
  ],
  ['a name of control characters', { ...chain(job()), name: 'a\nb' }, 'name', 'custom'],
  ['a name too long', { ...chain(job()), name: 'x'.repeat(256) }, 'name', 'max'],
  ['an id that is none', { ...chain(job()), id: 'wf_1' }, 'id', 'format'],
  ['too deep a nesting', nested(9), 'jobs[0].jobs[0].jobs[0].jobs[0].jobs[0].jobs[0].jobs[0].jobs[0]', 'max'],
  ['100,000 steps', { type: 'chain', steps: Array(100_000).fill({ type: 't', args: [] }) }, 'steps', 'max'],
  ['too many parts in all', { type: 'group', jobs: Array(6).fill(chain(...many(999))) }, 'jobs[4].steps[998]', 'max'],
  ['a circle', graph(['x', 'z'], ['y', 'x'], ['z', 'y']), 'steps[0].depends_on', 'cycle'],
  ['a step that depends on itself', graph(['x', 'x']), 'steps[0].depends_on', 'cycle'],
  ['a dependency that is not there', graph(['x'], ['y', 'q']), 'steps[1].depends_on[0]', 'reference'],
  ['an id twice', graph(['x'], ['x']), 'steps[1].id', 'unique'],
  ['a step of a graph without an id', graph(['x'], [undefined]), 'steps[1].id', 'required'],
  ['dependencies that are no list', { steps: [job('a', { id: 'x', depends_on: 'y' })] }, 'steps[0].depends_on', 'type'],
  ['dependencies in a chain', chain(job('a', { depends_on: [] })), 'steps[0].depends_on', 'unsupported'],
  [
    'an id of a job twice',
    chain(
      job('a', { id: '019539a4-0000-7000-8000-000000000001' }),
      job('a', { id: '019539a4-0000-7000-8000-000000000001' }),
    ),
    'steps[1].id',
    'unique',
  ],
];

describe('a workflow is refused whole, with the field and the rule', () => {
  it.each(BAD)('%s', async (_what, body, field, rule) => {
    const before = await keysOf();
    const answer = await create(body);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(423);
    expect(answer.body.error.details).toMatchObject({ field, rule });
    expect(answer.body.error.message).toContain(field);
    expect(await keysOf()).toEqual(before);
  });

  it('args that are too large, in the one step that has them', async () => {
    const answer = await create(chain(job(), job('a', { args: ['x'.repeat(1024 * 1024)] })));
    expectRefusal(answer, 413, 'payload_too_large');
    expect(answer.body.error.details.field).toBe('steps[1].args');
  });

  it('another tenant’s id in the meta of a step', async () => {
    const answer = await create(chain(job(), job('a', { meta: { tenant_id: 'other' } })));
    expectRefusal(answer, 403, 'tenant_access_denied');
    expect(answer.body.error.details.field).toBe('steps[1].meta.tenant_id');
  });
});

it('sent again with the same id makes no second workflow', async () => {
  const body = { ...chain(job('a')), id: '019539a4-0000-7000-8000-00000000000a' };
  const first = await create(body);
  expect(first.headers.location).toBe(`${WORKFLOWS}/${body.id}`);
  expectRefusal(await create(body), 409, 'duplicate');
});

it('lists workflows by page and state, newest first', async () => {
  const key = await ojs.key('producer', 'producer', { queues: ['listed'], principal: 'lister@test' });
  const ids: string[] = [];
  for (let i = 0; i < 5; i++) ids.unshift((await create(chain(job('listed')), key)).body.workflow.id);
  const seen: string[] = [];
  let cursor = '';
  do {
    const { body } = await ojs.send('GET', `${WORKFLOWS}?limit=2${cursor && `&cursor=${cursor}`}`, { key });
    seen.push(...body.workflows.map(({ id }: { id: string }) => id));
    cursor = body.pagination.next_cursor ?? '';
  } while (cursor !== '');
  expect(seen).toEqual(ids);
  const { body } = await ojs.send('GET', `${WORKFLOWS}?state=failed`, { key });
  expect(body.workflows).toEqual([]);
  expectRefusal(await ojs.send('GET', `${WORKFLOWS}?cursor=abc`, { key }), 400, 'invalid_request');
});

it('tells events of a workflow to those who may inspect the queue that they are about', async () => {
  const { body } = await create(
    { type: 'batch', name: 'night run', jobs: [job('told')], callbacks: { on_success: job('told') } },
    admin,
  );
  for (let i = 0; i < 2; i++) {
    const { id } = await nextOf('told');
    await ojs.send('POST', '/ojs/v1/workers/ack', { key: worker, body: { job_id: id } });
  }
  await expect.poll(async () => (await get(body.workflow.id, admin)).body.workflow.state).toBe('completed');
  const events = async (key: string) => {
    const answer = await ojs.send('GET', '/ojs/v1/events?types=workflow.*&limit=100', { key });
    return answer.body.events.filter(({ subject }: { subject: string }) => subject === body.workflow.id).toReversed();
  };
  const told = await events(admin);
  expect(told.map(({ type }: { type: string }) => type)).toEqual([
    'workflow.created',
    'workflow.started',
    'workflow.job_completed',
    'workflow.callback_fired',
    'workflow.completed',
  ]);
  expect(told[2].data).toMatchObject({
    workflow_name: 'night run',
    workflow_type: 'batch',
    step_type: 't',
    steps_remaining: 0,
  });
  expect(await events(onB)).toEqual([]);
});

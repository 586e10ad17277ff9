import { describe, expect, test } from 'vitest';
import { onEachBackend } from './engine-backends.ts';
import { aTenant } from './engine-fixtures.ts';
import { aJob, CALLER } from './engine-harness.ts';
import { expectSound } from './engine-sound.ts';
import { expectTold } from './engine-told.ts';
import { aWorkflow, batch, chain, group, jobsOf, statesOf, step, worker } from './workflow-fixtures.ts';

onEachBackend((given) => {
  async function start(body: unknown) {
    const tenant = aTenant();
    const { engine } = given.a;
    const created = await engine.workflows.create(tenant, CALLER, aWorkflow(body));
    return {
      tenant,
      created,
      work: worker(engine, tenant),
      // Another process tells it.
      now: async () => (await given.b.engine.workflows.get(tenant, created.id))!,
    };
  }

  describe('a chain', () => {
    test('begins one step after the other and hands on all results', async () => {
      const { created, work, now } = await start(chain(step('a'), step('b'), step('c')));
      expect(created).toMatchObject({ type: 'chain', state: 'running', steps_total: 3, steps_completed: 0 });
      expect(statesOf(created)).toBe('pending waiting waiting');
      const [a] = await work.get('a');
      expect(a).toMatchObject({ workflow_id: created.id, parent_results: [] });
      await work.ack(a!, { n: 1 });
      const [b] = await work.get('b');
      expect(b?.parent_results).toEqual([{ n: 1 }]);
      expect(statesOf(await now())).toBe('completed active waiting');
      await work.ack(b!, 2);
      const [c] = await work.get('c');
      expect(c?.parent_results).toEqual([{ n: 1 }, 2]);
      await work.ack(c!, null);
      const done = await now();
      expect(done).toMatchObject({
        state: 'completed',
        steps_completed: 3,
        metadata: { job_count: 3, completed_count: 3, failed_count: 0 },
        started_at: expect.any(String),
        completed_at: expect.any(String),
      });
      expect(done.steps?.map(({ result }) => result)).toEqual([{ n: 1 }, 2, null]);
    });

    test('stops at a step that failed for good, and says which and why', async () => {
      const { tenant, work, now } = await start(chain(step('a'), step('b', { retry: { max_attempts: 2 } }), step('c')));
      await work.ack((await work.get('a'))[0]!);
      await work.fail((await work.get('b'))[0]!);
      // An attempt that failed is not a step that failed.
      expect(await now()).toMatchObject({ state: 'running' });
      await given.sweep.come(tenant, 'q', String((await now()).steps?.[1]?.job_id));
      const [b] = await work.get('b');
      await work.fail(b!);
      expect(statesOf(await now())).toBe('completed failed cancelled');
      expect(await now()).toMatchObject({
        state: 'failed',
        metadata: {
          completed_count: 1,
          failed_count: 1,
          failed_step_index: 1,
          failed_job_ids: [b!.id],
          errors: [{ job_id: b!.id, code: 'boom', message: 'no', attempt: 2 }],
        },
      });
      await work.get();
    });

    test('fails by a step that was cancelled by itself', async () => {
      const { tenant, work, now, created } = await start(chain(step('a'), step('b')));
      await given.a.engine.cancel(tenant, CALLER, String(created.steps?.[0]?.job_id), 'q');
      await given.a.engine.sweep(tenant);
      expect(await now()).toMatchObject({ state: 'failed' });
      expect(statesOf(await now())).toBe('cancelled cancelled');
      await work.get();
    });

    test('fails by a step whose time to live ended, or whose lease ran out too often', async () => {
      const { tenant, now, created, work } = await start(chain(step('a', { expires_at: '+PT1H' }), step('b')));
      await given.sweep.endLife(tenant, 'q', String(created.steps?.[0]?.job_id));
      await given.sweep.now(tenant);
      expect(await now()).toMatchObject({ state: 'failed', metadata: { errors: [{ code: 'expired' }] } });
      const other = await given.a.engine.workflows.create(tenant, CALLER, aWorkflow(chain(step('x'), step('y'))));
      const [x] = await work.get('x');
      await given.sweep.come(tenant, 'q', x!.id);
      expect(await given.a.engine.workflows.get(tenant, other.id)).toMatchObject({ state: 'failed' });
    });

    test('counts relative moments of a step from its own beginning', async () => {
      const { tenant, work, now } = await start(chain(step('a'), step('b', { scheduled_at: '+PT1H' })));
      await work.ack((await work.get('a'))[0]!);
      const job = await given.a.engine.info(tenant, String((await now()).steps?.[1]?.job_id));
      expect(job?.state).toBe('scheduled');
      expect(Date.parse(String(job?.scheduled_at)) - Date.parse(String(job?.created_at))).toBeGreaterThan(3_590_000);
    });
  });

  describe('a group', () => {
    test('begins all jobs at once, and a job that fails keeps none of the others from going on', async () => {
      const { created, work, now } = await start(group(step('a'), step('b'), step('c')));
      expect(created).toMatchObject({ type: 'group', state: 'running', jobs_total: 3, jobs_completed: 0 });
      const [a, b, c] = await work.get('a', 'b', 'c');
      await work.fail(a!);
      await work.ack(b!);
      expect(await now()).toMatchObject({ state: 'running', jobs_completed: 1 });
      await work.ack(c!);
      expect(await now()).toMatchObject({ state: 'failed', jobs_completed: 2, metadata: { failed_job_ids: [a!.id] } });
    });
  });

  describe('a batch', () => {
    const callbacks = { on_complete: step('done'), on_success: step('good'), on_failure: step('bad') };

    test('calls for success and completion when all went well, with all results', async () => {
      const { work, now } = await start(batch(callbacks, step('a'), step('b')));
      const [a, b] = await work.get('a', 'b');
      await work.ack(b!, 'B');
      await work.get();
      await work.ack(a!, 'A');
      const [done, good] = await work.get('done', 'good');
      expect([done?.parent_results, good?.parent_results]).toEqual([
        ['A', 'B'],
        ['A', 'B'],
      ]);
      expect(await now()).toMatchObject({ state: 'running', jobs_total: 2, jobs_completed: 2 });
      await work.ack(done!);
      await work.ack(good!);
      expect(await now()).toMatchObject({ state: 'completed', metadata: { job_count: 2, completed_count: 2 } });
      expect(statesOf(await now())).toBe('completed completed completed completed skipped');
    });

    test('calls for failure and completion when a job failed, and is as good as its callbacks', async () => {
      const { work, now } = await start(batch(callbacks, step('a'), step('b')));
      const [a, b] = await work.get('a', 'b');
      await work.fail(a!);
      await work.ack(b!, 'B');
      const [done, bad] = await work.get('done', 'bad');
      expect(bad?.parent_results).toEqual([{ error: { code: 'boom', type: 'boom', message: 'no', attempt: 1 } }, 'B']);
      await work.ack(done!);
      await work.ack(bad!);
      expect(await now()).toMatchObject({ state: 'completed', metadata: { failed_count: 1 } });
    });

    test('does not count a callback among its jobs, not even one that could not begin', async () => {
      const unique = { keys: ['type'], on_conflict: 'reject' };
      const { tenant, work, now } = await start(batch({ on_complete: step('done', { unique }) }, step('a')));
      await given.a.engine.push(tenant, CALLER, [aJob({ queue: 'elsewhere', type: 'done', unique: {} })]);
      await work.ack((await work.get('a'))[0]!);
      expect(await now()).toMatchObject({
        state: 'failed',
        metadata: { job_count: 1, completed_count: 1, failed_count: 0 },
      });
      await expectSound(given.a.redis);
    });

    test('fails by a callback that fails, and says which', async () => {
      const { work, now } = await start(batch({ on_success: step('good') }, step('a')));
      await work.ack((await work.get('a'))[0]!);
      await work.fail((await work.get('good'))[0]!);
      expect(await now()).toMatchObject({ state: 'failed', metadata: { failed_callbacks: ['on_success'] } });
    });
  });

  describe('workflows in one another', () => {
    test('a group in a chain gets what came before, and hands on its results by place', async () => {
      const { work, now } = await start(chain(step('a'), group(step('b'), chain(step('c'), step('d'))), step('e')));
      await work.ack((await work.get('a'))[0]!, 'A');
      const [b, c] = await work.get('b', 'c');
      expect([b?.parent_results, c?.parent_results]).toEqual([['A'], ['A']]);
      await work.ack(c!, 'C');
      const [d] = await work.get('d');
      expect(d?.parent_results).toEqual(['C']);
      await work.ack(d!, 'D');
      expect(statesOf(await now())).toBe('completed running[active completed[completed completed]] waiting');
      await work.ack(b!, 'B');
      const [e] = await work.get('e');
      expect(e?.parent_results).toEqual(['A', { 0: 'B', 1: 'D' }]);
      await work.ack(e!);
      expect(await now()).toMatchObject({ state: 'completed', steps_total: 3, metadata: { job_count: 5 } });
    });

    test('a batch in a chain holds the chain until its callbacks are done', async () => {
      const { work, now } = await start(chain(batch({ on_failure: step('f') }, step('a')), step('b')));
      await work.fail((await work.get('a'))[0]!);
      await work.ack((await work.get('f'))[0]!);
      await work.ack((await work.get('b'))[0]!);
      expect(await now()).toMatchObject({ state: 'completed' });
    });

    test('what fails inside fails what it is in', async () => {
      const { work, now } = await start(group(chain(step('a'), step('b')), step('c')));
      const [a, c] = await work.get('a', 'c');
      await work.fail(a!);
      await work.ack(c!);
      expect(statesOf(await now())).toBe('failed[failed cancelled] completed');
      expect(await now()).toMatchObject({ state: 'failed' });
    });
  });

  test('a graph begins each step when all that it depends on completed, and hands on their results', async () => {
    const steps = [
      { ...step('d'), id: 'd', depends_on: ['b', 'c'] },
      { ...step('b'), id: 'b', depends_on: ['a'] },
      { ...step('c'), id: 'c', depends_on: ['a'] },
      { ...step('a'), id: 'a', depends_on: [] },
      { ...step('z'), id: 'z', depends_on: ['d'] },
    ];
    const { created, work, now } = await start({ name: 'diamond', steps });
    expect(created).toMatchObject({ type: 'graph', steps_total: 5 });
    await work.ack((await work.get('a'))[0]!, 'A');
    const [b, c] = await work.get('b', 'c');
    await work.ack(b!, 'B');
    await work.get();
    await work.ack(c!, 'C');
    const [d] = await work.get('d');
    expect(d?.parent_results).toEqual(['B', 'C']);
    await work.fail(d!);
    expect(await now()).toMatchObject({
      state: 'failed',
      steps: [{ id: 'd', depends_on: ['b', 'c'] }, {}, {}, {}, {}],
    });
    expect(statesOf(await now())).toBe('failed completed completed completed cancelled');
  });

  describe('cancelling', () => {
    test('cancels what waits, lets what a worker has come to its end, and begins nothing', async () => {
      const retry = { max_attempts: 5 };
      const { tenant, created, work, now } = await start(
        group(chain(step('a', { retry }), step('b')), step('c'), step('d', { scheduled_at: '+PT1H' })),
      );
      const [a] = await given.a.engine.fetch(tenant, CALLER, { queues: ['q'], count: 1 });
      const { cancelled, completed } = await given.a.engine.workflows.cancel(tenant, CALLER, created.id);
      expect({ cancelled, completed }).toEqual({ cancelled: 3, completed: 0 });
      expect(await now()).toMatchObject({ state: 'cancelled', cancelled_at: expect.any(String) });
      expect(statesOf(await now())).toBe('cancelled[active cancelled] cancelled cancelled');
      // Its end is kept, but it is not tried again.
      await work.fail(a!);
      expect(statesOf(await now())).toBe('cancelled[cancelled cancelled] cancelled cancelled');
      const known = await Promise.all(jobsOf(await now()).map((id) => given.a.engine.info(tenant, id)));
      const begun = known.filter((job) => job !== undefined);
      expect(begun.length).toBe(3);
      await expectTold(given.a.redis.client, tenant, begun);
      await work.get();
      await expect(given.a.engine.workflows.cancel(tenant, CALLER, created.id)).rejects.toMatchObject({
        name: 'WorkflowEnded',
        state: 'cancelled',
      });
    });

    test('a step that completes afterwards keeps its result', async () => {
      const { tenant, created, work, now } = await start(chain(step('a'), step('b')));
      const [a] = await work.get('a');
      await given.b.engine.workflows.cancel(tenant, CALLER, created.id);
      await work.ack(a!, 'A');
      expect(await now()).toMatchObject({ state: 'cancelled', steps: [{ state: 'completed', result: 'A' }, {}] });
    });
  });

  describe('a step that must be unique', () => {
    const unique = { keys: ['type'], on_conflict: 'reject' };

    test.each(['reject', 'ignore'])('fails where another job is in the way (%s)', async (on_conflict) => {
      const tenant = aTenant();
      const { engine } = given.a;
      const same = step('a', { unique: { ...unique, on_conflict } });
      const first = await engine.workflows.create(tenant, CALLER, aWorkflow(chain(same, step('b'))));
      const second = await engine.workflows.create(tenant, CALLER, aWorkflow(chain(same, step('b'))));
      expect([first.state, second.state]).toEqual(['running', 'failed']);
      expect(second.metadata.errors).toMatchObject([{ code: 'duplicate' }]);
      await worker(engine, tenant).get('a');
    });

    test('replaces one of another workflow, which fails by that', async () => {
      const tenant = aTenant();
      const { engine } = given.a;
      const same = step('a', { unique: { ...unique, on_conflict: 'replace' } });
      const first = await engine.workflows.create(tenant, CALLER, aWorkflow(chain(same, step('b'))));
      const second = await engine.workflows.create(tenant, CALLER, aWorkflow(group(same, step('c'))));
      await engine.sweep(tenant);
      expect(second.state).toBe('running');
      expect(await engine.workflows.get(tenant, first.id)).toMatchObject({ state: 'failed' });
      await worker(engine, tenant).get('a', 'c');
    });

    test('replaces one of its own workflow', async () => {
      const same = step('a', { unique: { ...unique, on_conflict: 'replace' } });
      const { work, now } = await start(group(same, same, step('c')));
      const [a, c] = await work.get('a', 'c');
      await work.ack(a!);
      await work.ack(c!);
      expect(statesOf(await now())).toBe('cancelled completed completed');
      expect(await now()).toMatchObject({ state: 'failed' });
    });
  });

  test('what is no longer kept leaves no key behind, and its id may be used again', async () => {
    const { tenant, created, work } = await start(chain(step('a'), step('b')));
    await work.all();
    const { client } = given.a.redis;
    await client.hset(`{ojs:${tenant}}/workflow/${created.id}`, 'until', 1);
    await client.zadd(`{ojs:${tenant}}/timers`, 1, `workflow/${created.id}`);
    await given.sweep.now(tenant);
    expect(await given.b.engine.workflows.get(tenant, created.id)).toBeUndefined();
    expect(await client.zcard(`{ojs:${tenant}}/workflows`)).toBe(0);
    await given.a.engine.workflows.create(tenant, CALLER, aWorkflow({ ...group(step('c')), id: created.id }));
    expect(await given.b.engine.workflows.get(tenant, created.id)).toMatchObject({ type: 'group', jobs_total: 1 });
    // What is left of the steps of the old one does not concern the new one.
    const old = String(created.steps?.[0]?.job_id);
    await given.sweep.come(tenant, 'q', old);
    expect(await given.a.engine.info(tenant, old)).toBeUndefined();
    expect(await given.b.engine.workflows.get(tenant, created.id)).toMatchObject({ state: 'running' });
    await work.all();
    expect(await given.b.engine.workflows.get(tenant, created.id)).toMatchObject({ state: 'completed' });
  });
});

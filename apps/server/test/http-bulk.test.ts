import { v7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectRefusal, type Harness, startHarness } from './http-harness.ts';

let ojs: Harness;
let admin: string;
let operator: string;
let producer: string;
let worker: string;
beforeAll(async () => {
  ojs = await startHarness();
  admin = await ojs.key('admin', 'admin');
  operator = await ojs.key('admin', 'operator');
  producer = await ojs.key('producer', 'producer');
  worker = await ojs.key('worker', 'worker');
});
afterAll(() => ojs.stop());

const post = (path: string, body: unknown = {}, key = admin) => ojs.send('POST', `/ojs/v1${path}`, { key, body });
const get = (path: string, key = admin) => ojs.send('GET', `/ojs/v1${path}`, { key });
const stateOf = async (id: string) => (await get(`/jobs/${id}`)).body.job?.state;

async function enqueue(queue: string, count: number, more: object = {}): Promise<string[]> {
  const jobs = Array.from({ length: count }, () => ({ type: 'a.b', args: [], queue, ...more }));
  const { body } = await post('/jobs/batch', { jobs });
  return body.jobs.map(({ id }: { id: string }) => id);
}

/** Jobs that failed for good, dead letters unless said otherwise. */
async function failed(queue: string, count: number, on_exhaustion = 'dead_letter', more: object = {}) {
  const ids = await enqueue(queue, count, { retry: { max_attempts: 1, on_exhaustion }, ...more });
  await post('/workers/fetch', { queues: [queue], count }, worker);
  for (const job_id of ids) await post('/workers/nack', { job_id, error: { type: 'E.one', message: 'no' } }, worker);
  return ids;
}

describe('bulk cancel', () => {
  it('by ids tells what became of each, in their order', async () => {
    const [active, gone, waiting] = await enqueue('ids', 3);
    await post('/jobs/bulk/cancel', { job_ids: [gone] });
    await post('/workers/fetch', { queues: ['ids'], count: 1 }, worker);
    const answer = await post('/jobs/bulk/cancel', { job_ids: [active, gone, waiting, v7()] });
    expect(answer.status).toBe(207);
    expect(answer.body).toMatchObject({ total_matched: 4, cancelled: 1, skipped: 3, succeeded: 1, failed: 3 });
    expect(answer.body.items).toMatchObject([
      { index: 0, job_id: active, status: 'skipped', error: { code: 'conflict' } },
      { index: 1, job_id: gone, status: 'skipped', error: { code: 'conflict' } },
      { index: 2, job_id: waiting, status: 'cancelled' },
      { index: 3, status: 'skipped', error: { code: 'not_found' } },
    ]);
    expect(await stateOf(active!)).toBe('active');
  });

  it('all or none leaves all as they were when one is refused', async () => {
    const ids = await enqueue('whole', 3);
    const answer = await post('/jobs/bulk/cancel', { job_ids: [...ids, v7()], atomicity: 'atomic' });
    expectRefusal(answer, 422, 'conflict');
    expect(answer.body).toMatchObject({ cancelled: 0, skipped: 4 });
    await post('/jobs/bulk/cancel', { job_ids: [ids[0]] });
    expect((await post('/jobs/bulk/cancel', { job_ids: ids, atomicity: 'atomic' })).status).toBe(422);
    expect(await Promise.all(ids.map(stateOf))).toEqual(['cancelled', 'available', 'available']);
    const rest = await post('/jobs/bulk/cancel', { job_ids: ids.slice(1), atomicity: 'atomic' });
    expect({ status: rest.status, cancelled: rest.body.cancelled }).toEqual({ status: 200, cancelled: 2 });
  });

  it('by filter wants to be confirmed; a dry run tells the same and does nothing', async () => {
    const ids = await enqueue('filter', 5, { meta: { run: 7, deep: { a: [1] } }, tags: ['x', 'y'] });
    const others = await enqueue('filter', 2, { meta: { run: 8 } });
    const filter = { queue: 'filter', type: 'a.*', meta: { run: 7, deep: { a: [1] } }, tags: ['y'] };
    expectRefusal(await post('/jobs/bulk/cancel', { filter }), 400, 'invalid_request');
    const dry = await post('/jobs/bulk/cancel', { filter, dry_run: true });
    expect(dry.body).toMatchObject({ dry_run: true, total_matched: 5, cancelled: 0, has_more: false });
    expect(await Promise.all(ids.map(stateOf))).toEqual(ids.map(() => 'available'));
    const done = await post('/jobs/bulk/cancel?confirm=true', { filter });
    expect(done.body).toMatchObject({ dry_run: false, total_matched: 5, cancelled: 5, skipped: 0 });
    expect(new Set(done.body.items.map(({ job_id }: { job_id: string }) => job_id))).toEqual(new Set(ids));
    expect((await post('/jobs/bulk/cancel', { filter, confirm: true })).body).toMatchObject({ total_matched: 0 });
    const scraper = await ojs.key('admin', 'admin', { tenant: '*', principal: 'scraper@test' });
    const { text } = await ojs.send('GET', '/metrics', { key: scraper });
    expect(text).toMatch(/ojs_job_cancelled_total\{[^}]*queue="filter"[^}]*\} 5/);
    expect(await stateOf(others[0]!)).toBe('available');
  });

  it('by a filter whose metadata is larger than that of any job is refused', async () => {
    const filter = { queue: 'filter', meta: { run: 'x'.repeat(65 * 1_024) } };
    expectRefusal(await post('/jobs/bulk/cancel', { filter, confirm: true }), 413, 'payload_too_large');
  });

  it('by their ids tells in a dry run of each whether it would be, and does nothing', async () => {
    const [first, second] = await enqueue('dry', 2);
    await post('/jobs/bulk/cancel', { job_ids: [first] });
    const job_ids = [first, second, v7()];
    for (const atomicity of ['partial', 'atomic']) {
      const { status, body } = await post('/jobs/bulk/cancel', { job_ids, dry_run: true, atomicity });
      expect(status).toBe(atomicity === 'partial' ? 207 : 422);
      expect(body.items[0]).toMatchObject({ status: 'skipped', reason: expect.stringContaining('cancelled') });
      expect(body).toMatchObject({ dry_run: true, cancelled: 0, skipped: atomicity === 'partial' ? 2 : 3 });
    }
    const { body } = await post('/jobs/bulk/cancel', { job_ids: [second], dry_run: true, atomicity: 'atomic' });
    expect(body.items).toMatchObject([{ status: 'matched' }]);
    expect(await stateOf(second!)).toBe('available');
  });

  it('more than one request moves goes on by the cursor, each job once', async () => {
    const ids = [...(await enqueue('many', 1_000)), ...(await enqueue('many', 700))];
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const { body } = await post('/jobs/bulk/cancel', { filter: { queue: 'many' }, confirm: true, cursor });
      expect(body.items.length).toBeLessThan(1_300);
      seen.push(...body.items.map(({ job_id }: { job_id: string }) => job_id));
      cursor = body.next_cursor;
      expect(body.has_more).toBe(cursor !== undefined);
    } while (cursor !== undefined);
    expect(seen.toSorted()).toEqual(ids.toSorted());
    expect((await get('/queues/many/stats')).body.queue).toMatchObject({ available: 0, cancelled: 1_700 });
  });
});

describe('bulk retry and delete', () => {
  it('starts discarded jobs anew, dead letters or not, and ends the back-off of retryable ones', async () => {
    const [dead] = await failed('again', 1);
    const [discarded] = await failed('again', 1, 'discard');
    const [retryable] = await enqueue('again', 1);
    await post('/workers/fetch', { queues: ['again'], count: 1 }, worker);
    await post('/workers/nack', { job_id: retryable, error: { code: 'x', message: 'no' } }, worker);
    const filter = { queue: 'again', state: ['discarded', 'retryable'] };
    const { body } = await post('/jobs/bulk/retry', { filter, confirm: true });
    expect(body).toMatchObject({ action: 'retry', retried: 3, skipped: 0 });
    for (const [id, attempt] of [
      [dead, 0],
      [discarded, 0],
      [retryable, 1],
    ])
      expect((await get(`/jobs/${id}`)).body.job).toMatchObject({ state: 'available', attempt });
    const again = await post('/jobs/bulk/retry', { job_ids: [dead] });
    expectRefusal(again, 422, 'conflict');
  });

  it('deletes only what has ended, and only states that are named', async () => {
    const [done, waiting] = [await failed('del', 2), await enqueue('del', 1)];
    const all = { filter: { queue: 'del' }, confirm: true };
    expectRefusal(await post('/jobs/bulk/delete', all), 400, 'invalid_request');
    const wrong = { filter: { queue: 'del', state: 'available' }, confirm: true };
    expectRefusal(await post('/jobs/bulk/delete', wrong), 422, 'invalid_request');
    const answer = await post('/jobs/bulk/delete', { job_ids: [...done, ...waiting] });
    expect(answer.body).toMatchObject({ deleted: 2, skipped: 1 });
    expect(await stateOf(done[0]!)).toBeUndefined();
    expect(await stateOf(waiting[0]!)).toBe('available');
  });
});

describe('who may', () => {
  it('a queue that the filter names must be permitted; others are as if they were not there', async () => {
    const mine = await ojs.key('admin', 'operator', { queues: ['mine.*'], principal: 'some@test' });
    const [own] = await enqueue('mine.a', 1);
    const [foreign] = await enqueue('theirs', 1);
    expectRefusal(
      await post('/jobs/bulk/cancel', { filter: { queue: 'theirs' }, confirm: true }, mine),
      403,
      'permission_denied',
    );
    const answer = await post('/jobs/bulk/cancel', { filter: {}, confirm: true }, mine);
    expect(answer.body.items).toMatchObject([{ job_id: own }]);
    const named = await post('/jobs/bulk/cancel', { job_ids: [foreign] }, mine);
    const nothing = await post('/jobs/bulk/cancel', { job_ids: [v7()] }, mine);
    expect(named.body.items[0].reason).toBe(nothing.body.items[0].reason);
    expect(await stateOf(foreign!)).toBe('available');
  });

  it('an operator inspects and retries, and may not delete', async () => {
    const [id] = await failed('oper', 1);
    const filter = { queue: 'oper', state: 'discarded' };
    expectRefusal(await post('/jobs/bulk/delete', { filter, confirm: true }, operator), 403, 'permission_denied');
    expectRefusal(await post('/jobs/bulk/delete', { job_ids: [id] }, operator), 403, 'permission_denied');
    expectRefusal(
      await ojs.send('DELETE', '/ojs/v1/admin/dead-letter?confirm=true', { key: operator }),
      403,
      'permission_denied',
    );
    expectRefusal(await post('/jobs/bulk/retry', { job_ids: [id] }, producer), 403, 'permission_denied');
    expect(await stateOf(id!)).toBe('discarded');
  });

  it('leaves a record with the filter and the counts', async () => {
    await enqueue('told', 2, { meta: { secret: 'abc' } });
    const filter = { queue: 'told', meta: { secret: 'abc' } };
    await post('/jobs/bulk/cancel', { filter, confirm: true });
    const record = (await ojs.audit()).find(({ detail }) => (detail.filter as { queue?: string })?.queue === 'told');
    expect(record).toMatchObject({
      event_type: 'jobs.bulk_cancelled',
      outcome: 'success',
      detail: { filter: { meta: ['secret'] }, matched: 2, succeeded: 2, skipped: 0 },
    });
    expect(JSON.stringify(record)).not.toContain('abc');
  });
});

describe('what is refused', () => {
  it.each([
    [{}, 400, 'job_ids', 'one_of'],
    [{ job_ids: [], filter: {} }, 400, 'job_ids', 'min'],
    [{ job_ids: ['x'] }, 400, 'job_ids[0]', 'format'],
    [{ filter: { color: 'red' }, confirm: true }, 400, 'filter', 'unknown'],
    [{ filter: { since: 'yesterday' }, confirm: true }, 400, 'filter.since', 'custom'],
    [{ filter: { state: 'active' }, confirm: true }, 422, 'filter.state', 'enum'],
    [{ filter: {}, confirm: true, atomicity: 'atomic' }, 422, 'atomicity', 'unsupported'],
    [{ filter: {}, confirm: true, cursor: 'bm9uc2Vuc2U' }, 400, 'cursor', 'format'],
    [{ filter: {}, confirm: false }, 400, 'confirm', 'required'],
  ])('%j', async (body, status, field, rule) => {
    const answer = await post('/jobs/bulk/cancel', body);
    expect({ status: answer.status, ...answer.body.error.details }).toMatchObject({ status, field, rule });
  });

  it('more jobs than one request may name, with how many it may', async () => {
    const answer = await post('/jobs/bulk/cancel', { job_ids: Array.from({ length: 1_001 }, () => v7()) });
    expectRefusal(answer, 413, 'batch_size_exceeded');
    expect(answer.body.error.details).toMatchObject({ max_batch_size: 1_000 });
    expect(answer.headers['x-ojs-max-batch-size']).toBe('1000');
  });

  it('the admin paths without confirmation, also where ids are named', async () => {
    for (const action of ['cancel', 'retry', 'delete']) {
      const answer = await post(`/admin/jobs/bulk/${action}`, { job_ids: [v7()] });
      expect({ status: answer.status, ...answer.body.error.details }).toMatchObject({ status: 400, field: 'confirm' });
    }
  });
});

describe.each(['/dead-letter', '/admin/dead-letter'])('%s', (base) => {
  const queue = base.replaceAll('/', '-').slice(1);

  it('lists by page, by filter, and tells statistics', async () => {
    const ids = await failed(queue, 5);
    await failed(`${queue}-2`, 1, 'dead_letter', { type: 'c.d' });
    const page = await get(`${base}?queue=${queue}&page=2&per_page=2`);
    expect(page.body.pagination).toMatchObject({ total: 5, page: 2, per_page: 2, has_more: true });
    // Those that died in one millisecond stand in the order of their ids.
    const idsOf = ({ body }: typeof page): string[] => body.jobs.map(({ id }: { id: string }) => id);
    const all = idsOf(await get(`${base}?queue=${queue}`));
    expect(all.toSorted()).toEqual(ids.toSorted());
    expect(idsOf(page)).toEqual(all.slice(2, 4));
    if (base.startsWith('/admin')) expect(page.body.items).toEqual(page.body.jobs);
    expect((await get(`${base}?queue=${queue}&type=c.*`)).body.pagination.total).toBe(0);
    expect((await get(`${base}?error_type=E.one&queue=${queue}-2`)).body.jobs).toMatchObject([{ type: 'c.d' }]);
    expect((await get(`${base}?until=2020-01-01T00:00:00Z`)).body.jobs).toEqual([]);
    const { body: stats } = await get(`${base}/stats?queue=${queue}`);
    expect(stats).toMatchObject({
      total: 5,
      by_queue: { [queue]: 5 },
      by_error_type: { 'E.one': 5 },
      retention: { max_age: 'PT15552000S', max_count: 10_000 },
    });
    expect((await get(`${base}/${ids[0]}`)).body.job).toMatchObject({ id: ids[0], errors: [{ type: 'E.one' }] });
  });

  it('retries one and many, by filter', async () => {
    const [one, ...rest] = await failed(`${queue}-retry`, 4);
    const again = await post(`${base}/${one}/retry`);
    expect(again.body.job).toMatchObject({
      id: one,
      state: 'available',
      attempt: 0,
      re_enqueued_at: expect.any(String),
    });
    expectRefusal(await post(`${base}/${one}/retry`), 404, 'not_found');
    expectRefusal(await post(`${base}/${rest[0]}/retry`, { override: { queue: 'x' } }), 422, 'unsupported');
    const filter = { queue: `${queue}-retry`, error_type: 'E.one' };
    expectRefusal(await post(`${base}/retry`, { filter }), 400, 'invalid_request');
    const dry = await post(`${base}/retry`, { filter, dry_run: true });
    expect(dry.body).toMatchObject({ matched: 3, retried: 0, dry_run: true });
    const done = await post(`${base}/retry`, { filter, confirm: true }, operator);
    expect(done.body).toMatchObject({ action: 'retry', matched: 3, retried: 3, has_more: false });
    expect(await Promise.all(rest.map(stateOf))).toEqual(['available', 'available', 'available']);
  });

  it('deletes one and purges many', async () => {
    const [one] = await failed(`${queue}-del`, 4);
    const gone = await ojs.send('DELETE', `/ojs/v1${base}/${one}`, { key: admin });
    expect(gone.status).toBe(base.startsWith('/admin') ? 204 : 200);
    const purge = (query: string, body?: object) => ojs.send('DELETE', `/ojs/v1${base}${query}`, { key: admin, body });
    expectRefusal(await purge(''), 400, 'invalid_request');
    const early = await purge('', { queue: `${queue}-del`, older_than: '2020-01-01T00:00:00Z', confirm: true });
    expect(early.body).toMatchObject({ deleted: 0 });
    const all = await purge('', { filter: { queue: `${queue}-del` }, confirm: true });
    expect(all.body).toMatchObject({ action: 'delete', deleted: 3 });
    expect((await get(`${base}?queue=${queue}-del`)).body.pagination.total).toBe(0);
  });

  it('shows nothing of what may not be inspected', async () => {
    const [id] = await failed(`${queue}-secret`, 1);
    const key = await ojs.key('admin', 'operator', { queues: ['open.*'], principal: 'open@test' });
    expect((await get(`${base}/stats`, key)).body).toMatchObject({ total: 0, by_queue: {}, by_error_type: {} });
    expectRefusal(await get(`${base}/${id}`, key), 404, 'not_found');
    expect((await post(`${base}/retry`, { confirm: true }, key)).body).toMatchObject({ matched: 0 });
    expect(await stateOf(id!)).toBe('discarded');
  });
});

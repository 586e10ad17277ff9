import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Harness, startHarness } from './http-harness.ts';

const CANARY = 'hunter2canary';
let ojs: Harness;
let admin: string;
beforeAll(async () => {
  ojs = await startHarness({ OJS_LOG_LEVEL: 'trace' }, { asChild: true });
  admin = await ojs.key('admin', 'admin');
});
afterAll(() => ojs.stop());

describe('a value that was sent', () => {
  it('is in no error, no log line and no audit record, whatever goes wrong', async () => {
    const answers: string[] = [];
    const send = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
      const answer = await ojs.send(method, path, { key: admin, headers, ...(body !== undefined && { body }) });
      if (answer.status >= 400) answers.push(answer.text + JSON.stringify(answer.headers));
      return answer;
    };
    const job = { type: 'leak', queue: 'leak', args: [CANARY], meta: { a: CANARY } };
    const { body } = await send('POST', '/ojs/v1/jobs', { ...job, retry: { max_attempts: 1 } });
    await send('POST', '/ojs/v1/jobs', { ...job, id: body.job.id });
    await send('POST', '/ojs/v1/jobs', `{"type":"leak","args":["${CANARY}"`);
    await send('POST', '/ojs/v1/jobs', { ...job, type: `${CANARY} !` });
    await send('POST', '/ojs/v1/jobs', { ...job, priority: CANARY });
    await send('POST', '/ojs/v1/jobs', { ...job, args: CANARY });
    await send('POST', '/ojs/v1/jobs', { ...job, scheduled_at: CANARY, retry: { on_exhaustion: CANARY } });
    await send('POST', '/ojs/v1/jobs', { ...job, meta: { a: `${CANARY}\n` } });
    await send('POST', '/ojs/v1/jobs', job, { 'content-type': `text/${CANARY}` });
    await send('POST', '/ojs/v1/jobs', job, { 'ojs-version': CANARY, cookie: CANARY });
    await send('GET', `/ojs/v1/queues?limit=${CANARY}`);
    await send('GET', `/ojs/v1/${CANARY}`);
    await send('GET', `/ojs/v1/${CANARY}%zz`);
    await ojs.send('GET', '/ojs/v1/queues', { key: `ojs_prod_${CANARY}_x` });
    await ojs.send('GET', `/ojs/v1/queues?access_token=${CANARY}`, { key: admin });
    await send('POST', '/ojs/v1/workers/fetch', { queues: ['leak'] });
    await send('POST', '/ojs/v1/workers/ack', { job_id: CANARY, result: CANARY });
    await send('POST', '/ojs/v1/workers/nack', {
      job_id: body.job.id,
      error: { code: 'e', message: CANARY, backtrace: [CANARY] },
    });
    await send('POST', '/ojs/v1/workers/ack', { job_id: body.job.id, result: CANARY });
    await ojs.redis.kill();
    await send('POST', '/ojs/v1/jobs', job);
    await send('POST', '/ojs/v1/jobs/batch', { jobs: [job, job] });
    await ojs.redis.restart();
    expect(answers.length).toBeGreaterThan(10);
    expect(answers.filter((text) => text.includes(CANARY))).toEqual([]);
    expect(JSON.stringify(await ojs.audit())).not.toContain(CANARY);
    expect(ojs.child?.output()).toContain('request refused');
    expect(ojs.child?.output()).not.toContain(CANARY);
    expect(ojs.child?.output()).not.toContain(admin);
  });
});

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEngine } from './engine-harness.ts';
import { expectRefusal, type Harness, startHarness } from './http-harness.ts';

let directory: string;
let ojs: Harness;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ojs-policy-'));
  const policyFile = join(directory, 'policy.json');
  // Roles that may do something, but not inspect what they do it to.
  const roles = { canceller: ['cancel'], replayer: ['enqueue'], cleaner: ['admin'] };
  await writeFile(policyFile, JSON.stringify({ preset: 'matrix', roles }));
  ojs = await startHarness({ OJS_POLICY_FILE: policyFile });
});
afterAll(async () => {
  await ojs.stop();
  await rm(directory, { recursive: true });
});

const keyOf = async (role: string, queues = ['*']): Promise<string> => {
  // The key is made under the default policy: the roles that it does not know are put in afterwards.
  const key = await ojs.key('admin', 'admin', { principal: `${role}@test`, queues });
  const [, , id = ''] = key.split('_');
  const { client } = ojs.connections;
  const record = JSON.parse((await client.hget('{ojs}/credentials', id)) ?? '');
  await client.hset('{ojs}/credentials', id, JSON.stringify({ ...record, roles: [role] }));
  return key;
};

describe('a job that the caller may not inspect', () => {
  it('is answered to nobody, whatever else may be done to it, and stays as it is', async () => {
    const admin = await ojs.key('admin', 'admin');
    const enqueue = async (body: object): Promise<string> =>
      (await ojs.send('POST', '/ojs/v1/jobs', { key: admin, body: { type: 'a', args: ['canary'], ...body } })).body.job
        .id;
    const id = await enqueue({ pending: true });
    const requests = [
      ['canceller', 'DELETE', `/ojs/v1/jobs/${id}`],
      ['replayer', 'POST', `/ojs/v1/jobs/${id}/activate`],
      ['replayer', 'POST', `/ojs/v1/dead-letter/${id}/retry`],
      ['cleaner', 'DELETE', `/ojs/v1/dead-letter/${id}`],
    ] as const;
    for (const [role, method, path] of requests) {
      const key = await keyOf(role);
      const answer = await ojs.send(method, path, { key });
      expectRefusal(answer, 404, 'not_found');
      const other = id.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
      const unknown = await ojs.send(method, path.replace(id, other), { key });
      expect(answer.body.error.message).toBe(unknown.body.error.message);
    }
    const job = await ojs.send('GET', `/ojs/v1/jobs/${id}`, { key: admin });
    expect(job.body.job.state).toBe('pending');
  });

  it('is not told because its id was once that of another, which the caller might inspect', async () => {
    const queues = ['mine'];
    const [producer, other] = [await keyOf('operator', queues), await ojs.key('admin', 'admin')];
    const body = { type: 'a', args: [], queue: 'mine', retry: { on_exhaustion: 'dead_letter' } };
    const { job } = (await ojs.send('POST', '/ojs/v1/jobs', { key: producer, body })).body;
    const path = `/ojs/v1/jobs/${job.id}`;
    expect((await ojs.send('GET', path, { key: producer })).status).toBe(200);
    // Another server deletes the job and takes its id for one in a queue of others: this one has heard of neither.
    const elsewhere = await openEngine(ojs.redis.url, {}, false);
    const caller = { principal: 'other', epoch: '0' };
    const claim = { id: job.id, queue: 'mine' };
    await elsewhere.engine.fetch('_default', caller, { queues, count: 1 });
    await elsewhere.engine.nack('_default', caller, claim, { code: 'DEAD_LETTER', message: '' });
    await elsewhere.engine.deleteDeadLetter('_default', caller, job.id, 'mine');
    const secret = { id: job.id, type: 'a', queue: 'theirs', args: ['secret'], meta: {}, priority: 0, pending: false };
    await elsewhere.engine.push('_default', caller, [secret]);
    await elsewhere.close();

    for (const asked of [path, `${path}?wait_ms=1`])
      expectRefusal(await ojs.send('GET', asked, { key: producer }), 404, 'not_found');
    expect((await ojs.send('GET', path, { key: other })).body.job.args).toEqual(['secret']);
  });

  it('is no answer to an enqueue that ignores conflicts, and a duplicate of it tells nothing', async () => {
    const [key, admin] = [await keyOf('replayer'), await ojs.key('admin', 'admin')];
    const body = { type: 'same', args: [], unique: {} };
    await ojs.send('POST', '/ojs/v1/jobs', { key: admin, body });
    const ignoring = { ...body, unique: { on_conflict: 'ignore' } };
    const refused = await ojs.send('POST', '/ojs/v1/jobs', { key, body: ignoring });
    expectRefusal(refused, 403, 'permission_denied');
    // Whether there is a conflict or not.
    const other = await ojs.send('POST', '/ojs/v1/jobs', { key, body: { ...ignoring, type: 'other' } });
    expect(other.body.error.details).toEqual(refused.body.error.details);
    const duplicate = await ojs.send('POST', '/ojs/v1/jobs', { key, body });
    expectRefusal(duplicate, 409, 'duplicate');
    expect(Object.keys(duplicate.body.error.details).sort()).toEqual(['index', 'unique_key', 'uniqueness_key']);
  });
});

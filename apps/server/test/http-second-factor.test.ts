import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Operation, operations } from '@ojs/schema';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectRefusal, type Harness, startHarness } from './http-harness.ts';

let directory: string;
let harness: Harness;
let admin: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ojs-mfa-'));
  const policyFile = join(directory, 'policy.json');
  await writeFile(policyFile, JSON.stringify({ roles: { producer: ['enqueue', 'cancel', 'inspect'] } }));
  harness = await startHarness({ OJS_ADMIN_MFA: 'required', OJS_POLICY_FILE: policyFile });
  admin = await harness.key('admin', 'admin', { tenant: '*' });
});
afterAll(async () => {
  await harness.stop();
  await rm(directory, { recursive: true });
});

const all: readonly Operation[] = Object.values(operations);
const JOB = '01890000-0000-7000-8000-000000000000';
const pathOf = ({ path }: Operation): string =>
  path.replaceAll(/\{(\w+)\}/g, (_, name) =>
    name === 'id' && path.includes('/webhooks/') ? `sub_${JOB}` : name === 'id' ? JOB : 'q',
  );
const ask = (operation: Operation, body?: unknown, key = admin) =>
  harness.send(operation.method, pathOf(operation), { key, ...(body !== undefined && { body }) });

describe('an admin without a second factor', () => {
  const demanding = all.filter(({ secondFactor }) => secondFactor !== undefined);

  test.each(demanding)('is refused $id, told what to do, and recorded', async (operation) => {
    const before = (await harness.audit()).length;
    const answer = await ask(operation, operation.body && {});
    expectRefusal(answer, 403, 'mfa_required');
    expect(answer.body.error.hint).toContain('/ojs/v1/auth/elevate');
    const records = (await harness.audit())
      .slice(before)
      .filter(({ event_type }) => event_type !== 'auth.login.success');
    expect(records).toMatchObject([
      { event_type: 'mfa.required', outcome: 'failure', detail: { operation: operation.id } },
    ]);
  });

  const dry = demanding.filter(({ secondFactor }) => secondFactor === 'unless_dry_run');
  test.each(dry)('may try $id out', async (operation) => {
    const filter = operation.id.toLowerCase().includes('letter') ? {} : { state: 'discarded' };
    const body = { filter: operation.id.toLowerCase().includes('canceljobs') ? {} : filter, dry_run: true };
    expect(await ask(operation, body)).toMatchObject({ status: 200 });
    for (const not of ['true', 1, null, false, [true]])
      expectRefusal(await ask(operation, { ...body, dry_run: not }), 403, 'mfa_required');
  });

  test('is refused a purge that calls itself a dry run, which a purge cannot be', async () => {
    for (const operation of demanding.filter(({ secondFactor }) => secondFactor === true)) {
      // Or told that a purge has no such attribute.
      const { body } = await ask(operation, { dry_run: true });
      expect(['mfa_required', 'invalid_request'], operation.id).toContain(body.error?.code);
    }
  });
});

test('nobody who lacks the permission hears of a second factor', async () => {
  const operator = await harness.key('admin', 'operator');
  expectRefusal(await ask(operations.purgeQueue, {}, operator), 403, 'permission_denied');
});

test('producers are not asked for one', async () => {
  const producer = await harness.key('producer', 'producer');
  expect(await ask(operations.cancelJobs, { filter: {}, confirm: true }, producer)).toMatchObject({ status: 200 });
});

/** What an admin may do with the key alone, each for a reason. A new operation belongs into this list, or needs a second factor. */
const WITH_KEY_ALONE: Readonly<Record<string, string>> = {
  pauseQueue: 'is undone by resuming, and must be quick in an emergency',
  resumeQueue: 'is undone by pausing',
  drainQueue: 'is undone by resuming',
  createQueue: 'destroys nothing, and gives nobody anything',
  deleteDeadLetter: 'one job',
  adminDeleteDeadLetter: 'one job',
  deleteJobHistory: 'one job',
  deleteCron: 'what producers do with their own',
  deleteWebhook: 'stops telling; what was to be delivered can be read in the event log',
  deleteCheckpoint: 'what workers do with one job',
  cancelJob: 'one job',
  cancelWorkflow: 'one workflow',
  revokeTokenById: 'one token, which lasts minutes and which its holder gets anew',
};

test('every operation that only admins have, or that removes or changes something, needs a second factor or says why not', () => {
  const risky = all.filter(
    ({ permission, method, planes }) =>
      (permission === 'admin' && method !== 'GET') ||
      method === 'DELETE' ||
      (method === 'PATCH' && planes.length === 0),
  );
  const silent = risky.filter(
    ({ id, secondFactor }) => secondFactor === undefined && !Object.hasOwn(WITH_KEY_ALONE, id),
  );
  expect(silent.map(({ id }) => id)).toEqual([]);
  const both = Object.keys(WITH_KEY_ALONE).filter(
    (id) => all.find((each) => each.id === id)?.secondFactor !== undefined,
  );
  expect(both).toEqual([]);
});

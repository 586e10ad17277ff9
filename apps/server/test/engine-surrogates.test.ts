import { expect, test } from 'vitest';
import { onEachBackend } from './engine-backends.ts';
import { aTenant } from './engine-fixtures.ts';
import { aJob, CALLER } from './engine-harness.ts';
import { aWorkflow, chain, statesOf, step, worker } from './workflow-fixtures.ts';

/** Half of a surrogate pair, as a message that was cut in the middle of an emoji has it; the text after it is an escape that is none. */
const HALF = 'cut \ud83d here, not \\ud83d';
const EVERYTHING = { ...CALLER, may: () => true };

onEachBackend((given) => {
  test('the error of a step may hold half of a surrogate pair', async () => {
    const tenant = aTenant();
    const { engine } = given.a;
    const { id } = await engine.workflows.create(tenant, CALLER, aWorkflow(chain(step('a'), step('b'))));
    const [job] = await worker(engine, tenant).get('a');
    const error = { code: HALF, message: HALF, details: { why: HALF }, backtrace: [HALF] };
    await engine.nack(tenant, CALLER, { id: job!.id, queue: 'q' }, error);
    await engine.sweep(tenant);
    const workflow = await engine.workflows.get(tenant, id);
    expect(statesOf(workflow!)).toBe('failed cancelled');
    const [failure] = workflow!.metadata.errors ?? [];
    expect(failure?.message).toBe('cut \ufffd here, not \\ufffd');
  });

  test('a job that is replaced and keeps its moment may hold half of a surrogate pair', async () => {
    const tenant = aTenant();
    const { engine } = given.a;
    const unique = { keys: ['type' as const], on_conflict: 'replace_except_schedule' as const };
    const ms = Date.now() + 60_000;
    const scheduledAt = { ms, text: new Date(ms).toISOString() };
    await engine.push(tenant, EVERYTHING, [aJob({ unique, meta: { note: HALF }, scheduledAt })]);
    const [job] = await engine.push(tenant, EVERYTHING, [aJob({ unique })]);
    expect(job).toMatchObject({ state: 'scheduled', scheduled_at: scheduledAt.text });
  });
});

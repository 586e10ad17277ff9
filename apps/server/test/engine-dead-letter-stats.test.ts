import { expect, test } from 'vitest';
import { onEachBackend } from './engine-backends.ts';
import { aTenant, fetchOne } from './engine-fixtures.ts';
import { aJob, CALLER } from './engine-harness.ts';

onEachBackend((given) => {
  test.each(['constructor', 'toString', '__proto__'])('an error type %s is counted like any other', async (type) => {
    const tenant = aTenant();
    const { engine } = given.a;
    await engine.push(tenant, CALLER, [aJob({ retry: { max_attempts: 1, on_exhaustion: 'dead_letter' } })]);
    const { id } = await fetchOne(engine, tenant, 'default');
    await engine.nack(tenant, CALLER, { id, queue: 'default' }, { type, message: 'no' });
    const { byErrorType } = await engine.deadLetterStats(tenant, { visible: () => true });
    expect(Object.entries(byErrorType)).toEqual([[type, 1]]);
  });
});

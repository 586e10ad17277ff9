import { describe, expect, test } from 'vitest';
import { LeaseLost } from '../src/engine/errors.ts';
import { onEachBackend } from './engine-backends.ts';
import { aTenant, jobIn } from './engine-fixtures.ts';
import { CALLER } from './engine-harness.ts';

onEachBackend((given) => {
  /** A job on its first attempt, again: it was held before, died, and was started anew. */
  async function secondLife(tenant: string) {
    const retry = { max_attempts: 1, on_exhaustion: 'dead_letter' as const };
    const { id } = await jobIn(given.a.engine, tenant, 'active', 'q', { retry });
    await given.sweep.come(tenant, 'q', id);
    expect(await given.a.engine.isDeadLetter(tenant, id, 'q')).toBe(true);
    await given.a.engine.retryDeadLetter(tenant, CALLER, id, 'q');
    const [job] = await given.b.engine.fetch(tenant, CALLER, { queues: ['q'], count: 1 });
    expect(job).toMatchObject({ id, attempt: 1, replay_count: 1 });
    return { id, queue: 'q' };
  }

  describe('a job that was started anew', () => {
    test('cannot be ended by who held it before under the same number of attempt', async () => {
      const tenant = aTenant();
      const claim = await secondLife(tenant);
      const late = { ...claim, attempt: 1 };
      await expect(given.a.engine.ack(tenant, CALLER, late, 'late')).rejects.toBeInstanceOf(LeaseLost);
      await expect(given.a.engine.nack(tenant, CALLER, late, { message: 'late' })).rejects.toBeInstanceOf(LeaseLost);
      await expect(given.a.engine.requeue(tenant, CALLER, late)).rejects.toBeInstanceOf(LeaseLost);
      expect(await given.b.engine.info(tenant, claim.id)).toMatchObject({ state: 'active', attempt: 1 });
      const settled = await given.a.engine.ack(tenant, CALLER, { ...late, replays: 1 }, 'now');
      expect(settled).toMatchObject({ state: 'completed' });
    });

    test('is ended by the end of its lease like any other', async () => {
      const tenant = aTenant();
      const { id } = await secondLife(tenant);
      await given.sweep.come(tenant, 'q', id);
      expect(await given.a.engine.info(tenant, id)).toMatchObject({ state: 'discarded', attempt: 1, replay_count: 1 });
    });

    test('keeps the errors of the life before beside its own', async () => {
      const tenant = aTenant();
      const { id } = await secondLife(tenant);
      const job = await given.a.engine.info(tenant, id);
      expect(job?.errors).toBeUndefined();
      expect(job?.previous_errors).toMatchObject([{ type: 'visibility_timeout', attempt: 1 }]);
    });
  });
});

import { JOB_STATES, type JobState } from '@ojs/schema';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { queueMetrics, ranked } from './queue-metrics.ts';

const counts = (available: number, completed = 0) => ({
  ...(Object.fromEntries(JOB_STATES.map((state) => [state, 0])) as Record<JobState, number>),
  available,
  completed,
});

describe('queues as labels', () => {
  it('are those with the most unfinished jobs; the others are summed up', () => {
    const queues = new Map([
      ['done', counts(0, 1_000)],
      ['busy', counts(50)],
      ['small', counts(3)],
      ['smaller', counts(2, 5)],
    ]);
    const told = ranked(queues, 2);
    expect([...told.keys()]).toEqual(['busy', 'small', 'other']);
    expect(told.get('other')).toMatchObject({ available: 2, completed: 1_005 });
  });
});

describe('the gauges', () => {
  it('look once for all who ask, and tell no number while Redis is away', async () => {
    const register = new Registry();
    let looks = 0;
    queueMetrics(register, 5, async () => {
      looks += 1;
      throw new Error('away');
    });
    const [text] = await Promise.all([register.metrics(), register.metrics()]);
    expect(looks).toBe(1);
    expect(text).not.toMatch(/^ojs_/m);
  });
});

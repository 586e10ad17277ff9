import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AuditEvent } from './audit.ts';
import { Flood } from './flood.ts';

const failure = (source_ip: string, event_type = 'auth.login.failure'): AuditEvent => ({
  ...{
    event_type,
    principal: 'unknown',
    source_ip,
    correlation_id: 'r',
    tenant: 'unknown',
    outcome: 'failure',
    detail: {},
  },
});

const OPTIONS = { limit: 3, intervalMs: 1_000, sources: 2 };

test('one record each up to the limit of a source, then one count at the end of the interval', () => {
  const flood = new Flood(OPTIONS);
  const admitted = Array.from({ length: 10 }, (_, i) => flood.admits(failure('a'), i));
  expect(admitted.filter(Boolean)).toHaveLength(3);
  expect(flood.ended(999)).toEqual([]);
  expect(flood.ended(1_000)).toMatchObject([{ count: 7, fromMs: 0, event: { source_ip: 'a' } }]);
  expect(flood.ended(2_000)).toEqual([]);
});

test('a new interval begins with the next event, and no count is written where nothing was left out', () => {
  const flood = new Flood(OPTIONS);
  flood.admits(failure('a'), 0);
  expect(flood.ended(1_000)).toEqual([]);
  expect(Array.from({ length: 4 }, () => flood.admits(failure('a'), 1_500))).toEqual([true, true, true, false]);
});

test('sources and kinds are counted apart', () => {
  const flood = new Flood({ ...OPTIONS, sources: 100 });
  for (let i = 0; i < 5; i++) flood.admits(failure('a'), 0);
  expect(flood.admits(failure('b'), 0)).toBe(true);
  expect(flood.admits(failure('a', 'permission.denied'), 0)).toBe(true);
});

test('beyond the number of sources that are told apart, the others share one count', () => {
  const flood = new Flood(OPTIONS);
  for (let i = 0; i < 1_000; i++) flood.admits(failure(`source${i}`), 0);
  expect(flood.ended(0, true)).toMatchObject([{ count: 1_000 - 2 - 3 }]);
});

test('whatever comes when, each event is either recorded or in exactly one count', () => {
  const event = fc.record({
    source: fc.constantFrom('a', 'b', 'c', 'd'),
    wait: fc.nat({ max: 700 }),
    look: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(event, { maxLength: 200 }), (sequence) => {
      const flood = new Flood(OPTIONS);
      let [now, recorded, counted] = [0, 0, 0];
      const add = (all: boolean): void => {
        for (const { count } of flood.ended(now, all)) counted += count;
      };
      for (const { source, wait, look } of sequence) {
        now += wait;
        if (look) add(false);
        if (flood.admits(failure(source), now)) recorded++;
      }
      add(true);
      expect(recorded + counted).toBe(sequence.length);
    }),
  );
});

import { expect, it } from 'vitest';
import { alternate, type Contestant, contest, LOAD } from './contest.ts';

it('takes turns, and measures no warm-up', async () => {
  const order: string[] = [];
  const turn = (name: string) => async (): Promise<string> => {
    order.push(name);
    return `${name}${order.length}`;
  };
  const results = await alternate([turn('a'), turn('b')], 2);
  expect(order).toEqual(['a', 'b', 'a', 'b', 'a', 'b']);
  expect(results).toEqual([
    ['a3', 'a5'],
    ['b4', 'b6'],
  ]);
});

it('counts the CPU time of every process but the load generator, and none of what comes before and after a turn', async () => {
  const contestant = (server: number): Contestant => {
    const used = { server: 0, load: 0 };
    const other = async (): Promise<void> => {
      used.server += 100;
    };
    return {
      prepare: other,
      run: async (operations) => {
        used.server += server * operations;
        used.load += 50 * operations;
      },
      after: other,
      cpu: { server: async () => used.server / 1e6, [LOAD]: async () => used.load / 1e6 },
    };
  };
  const { cost, ours, ratios } = await contest(contestant(3), contestant(2), { operations: 10, rounds: 3 });
  expect(cost).toBeCloseTo(1.5);
  expect(ours.cpu.server).toBeCloseTo(3);
  expect(ours.cpu.load).toBeCloseTo(50);
  expect(ratios).toHaveLength(3);
});

import { expect, test } from 'vitest';
import { Gate } from './gate.ts';

/** Work that ends when told to. */
function works(): { work: () => Promise<number>; end: () => void; started: () => number; most: () => number } {
  const open: (() => void)[] = [];
  let [started, running, most] = [0, 0, 0];
  return {
    work: () => {
      started++;
      most = Math.max(most, ++running);
      return new Promise((resolve) => open.push(() => resolve(running--)));
    },
    end: () => open.shift()?.(),
    started: () => started,
    most: () => most,
  };
}

test('never more than the bound runs at once, and everything that was let in runs', async () => {
  const gate = new Gate({ concurrency: 2, waiting: 100, waitingPerSource: 100 });
  const { work, end, started, most } = works();
  const all = Array.from({ length: 20 }, (_, i) => gate.run(`source${i}`, work));
  for (const each of all) {
    end();
    await each;
  }
  expect(started()).toBe(20);
  expect(most()).toBe(2);
});

test('what finds no place is told so at once', async () => {
  const gate = new Gate({ concurrency: 1, waiting: 3, waitingPerSource: 2 });
  const { work, end } = works();
  const taken = [gate.run('a', work), gate.run('a', work), gate.run('a', work)];
  expect(gate.run('a', work), 'the source has its share').toBeUndefined();
  taken.push(gate.run('b', work));
  expect(gate.run('c', work), 'the queue is full').toBeUndefined();
  for (const each of taken) {
    end();
    await each;
  }
  const later = gate.run('a', work);
  expect(later).toBeDefined();
  end();
  await later;
});

test('work that fails gives its place back', async () => {
  const gate = new Gate({ concurrency: 1, waiting: 1, waitingPerSource: 1 });
  await expect(gate.run('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  await expect(gate.run('a', () => Promise.resolve(1))).resolves.toBe(1);
});

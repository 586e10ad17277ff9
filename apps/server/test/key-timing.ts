// Whether the time of a refusal says which character of a key is wrong: pnpm --filter @ojs/server timing-test --samples 10000
import { parseArgs } from 'node:util';
import { startHarness } from './http-harness.ts';

const { values } = parseArgs({ options: { samples: { type: 'string', default: '10000' } } });

/** Chance of so large a difference between two samples of one distribution (Mann-Whitney, normal approximation, two-sided). */
function mannWhitney(some: readonly number[], others: readonly number[]): number {
  const all = [...some.map((ms) => ({ ms, own: 1 })), ...others.map((ms) => ({ ms, own: 0 }))];
  all.sort((a, b) => a.ms - b.ms);
  const rankSum = all.reduce((sum, { own }, index) => sum + own * (index + 1), 0);
  const [n, m] = [some.length, others.length];
  const u = rankSum - (n * (n + 1)) / 2;
  const z = Math.abs(u - (n * m) / 2) / Math.sqrt((n * m * (n + m + 1)) / 12);
  return 2 * (1 - cumulative(z));
}

/** Of the normal distribution (Abramowitz and Stegun 26.2.17). */
function cumulative(z: number): number {
  const t = 1 / (1 + 0.231_641_9 * z);
  const series = [0.319_381_53, -0.356_563_782, 1.781_477_937, -1.821_255_978, 1.330_274_429];
  const tail = series.reduce((sum, factor, index) => sum + factor * t ** (index + 1), 0);
  return 1 - (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * tail;
}

const median = (times: readonly number[]): number => [...times].sort((a, b) => a - b)[times.length >> 1] ?? 0;

const ojs = await startHarness();
try {
  const key = await ojs.key('producer', 'producer');
  await ojs.send('GET', '/ojs/v1/queues', { key });
  const [start, end] = [key.length - 49, key.length - 7];
  const times: Record<'first' | 'last', number[]> = { first: [], last: [] };
  const other = (char: string): string => (char === 'a' ? 'b' : 'a');
  const change = (at: number): string => key.slice(0, at) + other(key.charAt(at)) + key.slice(at + 1);
  for (let i = 0; i < Number(values.samples); i++) {
    // In turns, so that whatever slows the machine slows both.
    for (const place of i % 2 === 0 ? (['first', 'last'] as const) : (['last', 'first'] as const)) {
      const wrong = change(place === 'first' ? start : end);
      const began = performance.now();
      const { status } = await ojs.send('GET', '/ojs/v1/queues', { key: wrong });
      times[place].push(performance.now() - began);
      if (status !== 401) throw new Error(`answered ${status}`);
    }
  }
  const chance = mannWhitney(times.first, times.last);
  console.log({ samples: times.first.length, first: median(times.first), last: median(times.last), chance });
  process.exitCode = chance > 0.01 ? 0 : 1;
} finally {
  await ojs.stop();
}

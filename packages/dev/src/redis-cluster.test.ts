import { Cluster } from 'ioredis';
import { expect, onTestFinished, test } from 'vitest';
import { slotRange, startRedisCluster } from './redis-cluster.ts';

test('three masters answer for every slot', async () => {
  const cluster = await startRedisCluster({ masters: 3 });
  onTestFinished(() => cluster.stop());
  const client = new Cluster(cluster.seeds);
  onTestFinished(() => client.disconnect());
  const tags = Array.from({ length: 50 }, (_, index) => `{tenant-${index}}`);
  await Promise.all(tags.map((tag) => client.set(`${tag}:name`, tag)));
  expect(await Promise.all(tags.map((tag) => client.get(`${tag}:name`)))).toEqual(tags);
  const sizes = await Promise.all(client.nodes('master').map((node) => node.dbsize()));
  expect(sizes).toHaveLength(3);
  expect(Math.min(...sizes)).toBeGreaterThan(0);
});

test('the shares of the nodes hold every slot once', () => {
  for (const count of [1, 2, 3, 7]) {
    const ranges = Array.from({ length: count }, (_, index) => slotRange(index, count));
    expect(ranges[0]?.[0]).toBe(0);
    expect(ranges.at(-1)?.[1]).toBe(16_383);
    for (const [index, [from]] of ranges.entries()) if (index > 0) expect(from).toBe((ranges[index - 1]?.[1] ?? 0) + 1);
  }
});

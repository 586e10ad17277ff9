// The probe, a process of its own: ordinary traffic, and how long each of it was held.
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { Pool } from 'undici';
import { messages } from '../message.ts';
import { JOB_TYPE, sampleArgs } from '../sample-job.ts';
import { percentile } from '../statistics.ts';
import type { Latency, Probed, ProbeOrder, ProbeTarget } from './probe.ts';

const BODY = JSON.stringify({ type: JOB_TYPE, args: sampleArgs(0), options: { queue: 'email' } });

let redis: Redis;
let enqueue: () => Promise<void>;
let series: Promise<number[]>[] = [];
let running = false;

messages<ProbeTarget | { order: ProbeOrder }>(async (message) => {
  if ('url' in message) {
    redis = new Redis(message.redis);
    enqueue = poster(message);
    await Promise.all([script(), enqueue()]);
    return;
  }
  if (message.order === 'end') return end();
  running = true;
  series = [every(2, script), every(5, enqueue)];
});

const script = (): Promise<unknown> => redis.eval('return 1', 0);

function poster({ url, ca, authorization }: ProbeTarget): () => Promise<void> {
  const pool = new Pool(url, { connections: 1, pipelining: 1, connect: { ca } });
  const headers = { 'content-type': 'application/json', authorization };
  return async () => {
    const { statusCode, body } = await pool.request({ method: 'POST', path: '/ojs/v1/jobs', headers, body: BODY });
    const text = await body.text();
    if (statusCode !== 201) throw new Error(`answered ${statusCode}: ${text}`);
  };
}

/** One at a time, with a pause between; how long each took. */
async function every(ms: number, act: () => Promise<unknown>): Promise<number[]> {
  const took: number[] = [];
  while (running || took.length === 0) {
    const began = performance.now();
    await act();
    took.push(performance.now() - began);
    await sleep(ms);
  }
  return took;
}

async function end(): Promise<Probed> {
  running = false;
  const [scripts = [], enqueues = []] = await Promise.all(series);
  return { redis: latencyOf(scripts), enqueue: latencyOf(enqueues) };
}

const latencyOf = (took: readonly number[]): Latency => ({
  longest: percentile(took, 1),
  p999: percentile(took, 0.999),
});

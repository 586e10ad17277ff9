import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { Pool } from 'undici';
import type { Caller, Engine } from '../../../apps/server/src/engine/engine.ts';
import { createEngine } from '../../../apps/server/src/engine/index.ts';
import { connect } from '../../../apps/server/src/redis/connect.ts';
import type { Row } from '../scenario.ts';
import { type Secured, startSecured } from '../secured.ts';
import { type Latency, type Probed, startProbe } from './probe.ts';
import { type Slow, slowLog } from './slow-log.ts';

/** Nothing holds other traffic for longer (ms). */
const AT_MOST = 50;
const QUIET_MS = 2_000;

/** Whose rights the jobs, entries and workflows of the benchmark have. */
export const OWNER: Caller = { principal: 'bench-producer', epoch: '0', may: () => true };

export interface Mass {
  readonly name: string;
  /** How many operations there are, and what one is called. */
  readonly operations: number;
  readonly unit: string;
  /** Not measured. */
  readonly prepare?: () => Promise<unknown>;
  /** Resolves when all is done. */
  readonly run: () => Promise<unknown>;
}

/** The product with ordinary traffic of another tenant on it, and how long a mass of things holds that traffic. */
export interface HoldBench {
  readonly secured: Secured;
  /** To prepare with: on the same Redis, does nothing by itself. */
  readonly engine: Engine;
  readonly redis: Redis;
  /** Asks the server. @throws Error unless it answers 2xx */
  ask(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<Record<string, unknown>>;
  measure(mass: Mass): Promise<Row[]>;
  stop(): Promise<void>;
}

interface Held extends Probed {
  readonly slowest: Slow;
}

export async function openHoldBench(): Promise<HoldBench> {
  const secured = await startSecured();
  const redis = new Redis(secured.redis.connection.path);
  const connections = await connect({ urls: [secured.redis.url] }, () => undefined);
  const engine = await createEngine({ redis: connections, rightsOf: async () => ({ epoch: '0', may: () => true }) });
  const pool = new Pool(secured.url, { connections: 8, pipelining: 1, connect: { ca: secured.ca } });
  const authorization = `Bearer ${secured.keys.neighbour}`;
  const probe = await startProbe({ ...secured, redis: secured.redis.connection.path, authorization });
  const log = slowLog(redis);

  async function during(act: () => Promise<unknown>): Promise<Held> {
    await log.begin();
    await probe.begin();
    await act();
    const probed = await probe.end();
    return { ...probed, slowest: await log.slowest() };
  }

  return {
    secured,
    engine,
    redis,

    async ask(method, path, body) {
      const key = path.includes('dead-letter') || path.includes('/admin/') ? secured.keys.admin : secured.keys.producer;
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${key}` };
      const text = body === undefined ? null : JSON.stringify(body);
      const answer = await pool.request({ method, path: `/ojs/v1/${path}`, headers, body: text });
      const told = await answer.body.text();
      if (answer.statusCode >= 300) throw new Error(`${method} ${path}: ${answer.statusCode} ${told.slice(0, 500)}`);
      return told === '' ? {} : (JSON.parse(told) as Record<string, unknown>);
    },

    async measure({ name, operations, unit, prepare, run }) {
      await prepare?.();
      const quiet = await during(() => sleep(QUIET_MS));
      let seconds = 0;
      const before = await cpuOf(secured);
      const mass = await during(async () => {
        const began = performance.now();
        await run();
        seconds = (performance.now() - began) / 1_000;
      });
      const after = await cpuOf(secured);
      const cpu = Object.fromEntries(after.map(([who, used], i) => [who, ((used - before[i]![1]) * 1e6) / operations]));
      return [
        ...holdRows(name, mass, quiet),
        { name: `${name}: all`, unit, ours: { value: operations / seconds, cpu } },
      ];
    },

    async stop() {
      await Promise.all([probe.stop(), pool.close(), engine.close()]);
      await connections.close();
      redis.disconnect();
      await secured.stop();
    },
  };
}

const cpuOf = ({ cpu }: Secured): Promise<[string, number][]> =>
  Promise.all(Object.entries(cpu).map(async ([who, meter]): Promise<[string, number]> => [who, await meter()]));

/** How long anything was held while the mass happened, and in a quiet time just before. */
function holdRows(name: string, mass: Held, quiet: Held): Row[] {
  const script: Row = {
    ...row(`${name}: longest command (${mass.slowest.name})`, mass.slowest.ms, quiet.slowest.ms),
    aim: { of: 'ours', atMost: AT_MOST },
  };
  // Where something else has the core in the middle of a command, the longest of many tells of that, and the median does not.
  const typical = row(`${name}: the median of those`, mass.slowest.median, quiet.slowest.median);
  const latency = (what: string, ours: Latency, theirs: Latency): Row[] => [
    row(`${name}: ${what}, longest`, ours.longest, theirs.longest),
    row(`${name}: ${what}, p99.9`, ours.p999, theirs.p999),
  ];
  return [
    script,
    typical,
    ...latency('Redis', mass.redis, quiet.redis),
    ...latency('enqueue', mass.enqueue, quiet.enqueue),
  ];
}

const row = (name: string, ours: number, theirs: number): Row => ({
  name,
  unit: 'ms',
  ours: { value: ours },
  theirs: { value: theirs },
  ratio: ours / theirs,
});

/** Asks again and again until it is so. @throws Error after two minutes */
export async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let left = 120_000 / 20; !(await isSo()); left--) {
    if (left <= 0) throw new Error('did not come about');
    await sleep(20);
  }
}

import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from '@ojs/client';
import { runServerCommand } from '@ojs/dev';
import { createProducer } from '@ojs/producer-sdk';
import { Redis } from 'ioredis';
import { workCarelessly } from './careless.ts';
import { startCrew } from './crew.ts';
import { startCrons } from './crons.ts';
import { everythingEnds, type Open } from './ending.ts';
import { collect } from './evidence.ts';
import { type Fleet, startFleet, TENANT } from './fleet.ts';
import { NARROW } from './jobs.ts';
import { type Finding, judge } from './judge/index.ts';
import { Ledger } from './ledger.ts';
import { startMischief } from './mischief.ts';
import { createApplication } from './mix/application.ts';
import { useAtRandom } from './mix/index.ts';
import { createRandom } from './random.ts';
import { startReceiver } from './receiver.ts';
import { deleteAll, deliverNow, endRetention, lastKeys } from './remains.ts';
import { startWatch } from './watch.ts';

export interface SoakOptions {
  /** How long everything is used and killed; ending and judging come on top. */
  readonly seconds: number;
  readonly seed: number;
  readonly servers: number;
  readonly workers: number;
  readonly applications: number;
  /** Mean pause of an application between two acts, in milliseconds. */
  readonly calmMs: number;
  /** Mean pause between two mischiefs, in milliseconds. */
  readonly peaceMs: number;
  /** Whether Redis is killed too. */
  readonly redis: boolean;
  /** How long nothing may change at the end until it counts as stuck, in milliseconds. */
  readonly patienceMs: number;
  /** Hears what goes on. */
  readonly tell?: (line: string) => void;
}

export interface Verdict {
  readonly mischief: Readonly<Record<string, number>>;
  readonly counts: Readonly<Record<string, number>>;
  readonly findings: readonly Finding[];
  /** What the servers logged last. */
  readonly logs: string;
}

const TOLD_EVERY_MS = 10_000;

/** Uses everything at random while servers and workers are killed, lets all of it end, and judges. */
export async function soak(options: SoakOptions): Promise<Verdict> {
  const { tell = () => undefined } = options;
  tell(
    `seed ${options.seed}: ${options.servers} servers, ${options.workers} workers, ${options.applications} applications`,
  );
  const fleet = await startFleet(options.servers);
  try {
    return await soakOn(fleet, options, tell);
  } finally {
    await fleet.stop();
  }
}

async function soakOn(fleet: Fleet, options: SoakOptions, tell: (line: string) => void): Promise<Verdict> {
  const ledger = new Ledger();
  const random = createRandom(options.seed);
  const connection = {
    url: fleet.urls[0] ?? '',
    ca: fleet.authority.cert,
    tenant: TENANT,
    credential: fleet.keys.admin,
  };
  const admin = createClient(connection);
  const redis = new Redis({ ...fleet.redis.connection, maxRetriesPerRequest: null });
  redis.on('error', () => undefined);
  const receiver = await startReceiver(fleet.authority, ledger, createRandom(options.seed + 1));
  const owner = createProducer({ ...connection, credential: fleet.keys.producer });

  await admin.call('createWebhook', {
    body: { url: receiver.url, events: ['job.completed'], filter: { queues: ['hooked'] }, timeout_ms: 5_000 },
  });
  await admin.call('createQueue', { body: { name: 'narrow', config: { concurrency: NARROW } } });
  const watch = await startWatch(fleet, ledger);
  if (!(await watch.caughtUp(20_000))) throw new Error('no event was heard');
  const crons = await startCrons(owner, ledger);
  const crew = startCrew(fleet, ledger, options.workers);

  const peace = new AbortController();
  const pace = { pauseMs: options.peaceMs, redis: options.redis };
  const mischief = startMischief(fleet, crew, createRandom(options.seed + 2), pace, peace.signal);
  const applications = Array.from({ length: options.applications }, (_, place) =>
    createApplication(fleet, place, { ledger, random, signal: peace.signal }),
  );
  const used = Promise.all([
    ...applications.map((app) => useAtRandom(app, options.calmMs)),
    workCarelessly(fleet, ledger, createRandom(options.seed + 3), peace.signal),
  ]);
  const until = performance.now() + options.seconds * 1_000;
  for (let left = until - performance.now(); left > 0; left = until - performance.now()) {
    tell(`${Math.ceil(left / 1_000)} s to go: ${told(ledger)}`);
    await Promise.race([sleep(Math.min(TOLD_EVERY_MS, left)), mischief.over]);
  }

  tell('letting everything end');
  peace.abort();
  await Promise.all([used, mischief.over]);
  receiver.behave();
  await crons.pause(AbortSignal.timeout(60_000));
  for (const name of ['pausable']) await admin.call('resumeQueue', { path: { name } }).catch(() => undefined);
  const open = await everythingEnds(admin, options.patienceMs, () => deliverNow(redis));
  if (!(await watch.caughtUp(30_000))) ledger.broken.push('the events were not heard to their end');

  tell('judging');
  const evidence = await collect(admin, ledger);
  const findings = [
    ...judge(evidence),
    ...stuckOf(open),
    ...ledger.broken.map((what) => ({ kind: 'broken', what }) as const),
  ];
  const doctor = async (): Promise<Finding[]> => {
    const answer = await runServerCommand(fleet.env, ['doctor']).catch((error: unknown) => String(error));
    return answer.includes('The key space is sound.') ? [] : [{ kind: 'broken', what: answer }];
  };
  findings.push(...(await doctor()));
  await crew.close();
  await Promise.all([watch.stop(), ...applications.map((app) => app.close())]);

  if (open.jobs + open.workflows === 0) {
    tell('letting the time pass for which things are kept');
    await crons.delete();
    await endRetention(redis);
    await lastKeys(redis, 1_000);
    await deleteAll(admin);
    const keys = await lastKeys(redis, options.patienceMs);
    findings.push(...keys.map((what) => ({ kind: 'leaked', what }) as const), ...(await doctor()));
  }
  await Promise.all([owner.close(), admin.close(), receiver.close()]);
  redis.disconnect();
  return { mischief: mischief.done, counts: countsOf(ledger), findings, logs: fleet.output() };
}

const stuckOf = (open: Open): Finding[] =>
  Object.entries(open)
    .filter(([, count]) => count > 0)
    .map(([what, count]) => ({ kind: 'stuck', what: `${count} ${what}` }));

const countsOf = (ledger: Ledger): Record<string, number> => ({
  'jobs answered': ledger.answered.size,
  'workflows answered': ledger.workflows.size,
  'attempts begun': ledger.begun.length,
  'completions confirmed': ledger.completed.length,
  'checkpoints confirmed': ledger.saved.length,
  'leases lost': ledger.late,
  'cron firings': [...ledger.firings.values()].reduce((sum, { size }) => sum + size, 0),
  'events heard': ledger.events.length,
  'webhook deliveries': [...ledger.deliveries.values()].reduce((sum, times) => sum + times, 0),
});

const told = (ledger: Ledger): string =>
  Object.entries(countsOf(ledger))
    .slice(0, 4)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ');

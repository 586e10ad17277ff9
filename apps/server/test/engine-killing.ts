import { fileURLToPath } from 'node:url';
import { type Child, type PrivateRedis, startChild } from '@ojs/dev';
import { checkKeySpace, lineOf } from '../src/engine/check/check.ts';
import { CALLER, openEngine, type TestEngine } from './engine-harness.ts';
import type { Told } from './engine-load.ts';

/** What became of everything that was answered. All but the first four, and workflows, must be 0. */
export interface Toll {
  readonly kills: number;
  readonly pushed: number;
  readonly claims: number;
  /** Refused because the lease was gone: what fencing is for. */
  readonly late: number;
  readonly lost: number;
  /** Claimed twice at the same attempt. */
  readonly doubled: number;
  /** Answered as ended, and not so afterwards. */
  readonly undone: number;
  readonly stuck: number;
  readonly workflows: number;
  /** Workflows that were answered and did not end. */
  readonly unended: number;
  readonly findings: readonly string[];
  readonly broken: readonly string[];
}

const LOAD = fileURLToPath(new URL('./engine-load.ts', import.meta.url));
const QUEUES = ['a', 'b', 'c'];

/** Collects what children tell. */
class Ledger {
  readonly pushed = new Set<string>();
  readonly begun = new Set<string>();
  readonly ended = new Map<string, string>();
  readonly claims = new Map<string, number>();
  readonly broken: string[] = [];
  late = 0;
  ready = 0;
  claimed = 0;
  #waiting: (() => void)[] = [];

  hear(line: Told): void {
    switch (line.told) {
      case 'pushed':
        for (const id of line.ids) this.pushed.add(id);
        break;
      case 'begun':
        for (const id of line.ids) this.begun.add(id);
        break;
      case 'claimed': {
        const key = `${line.id} ${line.attempt}`;
        this.claims.set(key, (this.claims.get(key) ?? 0) + 1);
        this.claimed++;
        this.#wake();
        break;
      }
      case 'ready':
        this.ready++;
        this.#wake();
        break;
      case 'broken':
        this.broken.push(line.error);
        break;
      case 'late':
        this.late++;
        break;
      case 'completed':
      case 'cancelled':
        for (const id of line.ids) this.ended.set(id, line.told);
        break;
      default:
    }
  }

  /** Resolves when what children told makes it true. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}

function startLoad(url: string, tenant: string, name: string, ledger: Ledger): Child {
  let rest = '';
  const hear = (text: string): void => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.startsWith('{"told"')) ledger.hear(JSON.parse(line) as Told);
  };
  const onOutput = (text: string): void => (/^[^{]*Error/.test(text) ? void ledger.broken.push(text) : hear(text));
  return startChild(process.execPath, ['--disable-warning=ExperimentalWarning', LOAD, url, tenant, name], { onOutput });
}

/** Ends every job that is left, by fetching and acknowledging; what cannot be ended is stuck. */
async function drain({ engine }: TestEngine, tenant: string, patienceMs: number): Promise<number> {
  const until = Date.now() + patienceMs;
  for (;;) {
    for (;;) {
      const jobs = await engine.fetch(tenant, CALLER, { queues: QUEUES, count: 100, workerId: 'drain' });
      if (jobs.length === 0) break;
      await Promise.all(jobs.map(({ id, queue, attempt }) => engine.ack(tenant, CALLER, { id, queue, attempt }, 1)));
    }
    const stats = await Promise.all(QUEUES.map((queue) => engine.stats(tenant, queue)));
    const open = stats.map((s) => (s ? s.scheduled + s.available + s.active + s.retryable : 0)).reduce((a, b) => a + b);
    const running = await engine.workflows.list(tenant, { visible: () => true, state: 'running', limit: 1 });
    if (open === 0 && running.workflows.length === 0) return 0;
    if (Date.now() > until) return open;
    await engine.waitForJobs(tenant, QUEUES, 200, new AbortController().signal);
  }
}

/**
 * Server processes under load, killed with SIGKILL one after the other and replaced; with `redisToo`, Redis as well.
 * Then everything that was answered is looked for.
 */
export async function killUnderLoad(
  redis: PrivateRedis,
  tenant: string,
  rounds: number,
  redisToo: boolean,
): Promise<Toll> {
  const ledger = new Ledger();
  let next = 0;
  const start = (): Child => startLoad(redis.url, tenant, `p${next++}`, ledger);
  const children = [start(), start(), start()];
  const claimsMore = (count: number): Promise<void> => {
    const wanted = ledger.claimed + count;
    return ledger.until(() => ledger.claimed >= wanted);
  };
  let kills = 0;
  for (let round = 0; round < rounds; round++) {
    await claimsMore(100 + Math.floor(Math.random() * 300));
    kills++;
    if (redisToo && round % 2 === 0) {
      // A server does not start without Redis, and is not meant to.
      await ledger.until(() => ledger.ready === next);
      await redis.kill();
      await redis.restart();
      continue;
    }
    const victim = round % children.length;
    await children[victim]!.kill();
    children[victim] = start();
  }
  await claimsMore(100);
  await Promise.all(children.map((child) => child.kill()));

  const judge = await openEngine(redis.url);
  try {
    const stuck = await drain(judge, tenant, 10_000);
    const jobs = await Promise.all([...ledger.pushed].map((id) => judge.engine.info(tenant, id)));
    const ended = await Promise.all([...ledger.ended.keys()].map((id) => judge.engine.info(tenant, id)));
    const states = [...ledger.ended.values()];
    const begun = await Promise.all([...ledger.begun].map((id) => judge.engine.workflows.get(tenant, id)));
    await judge.engine.close();
    const { findings } = await checkKeySpace(judge.redis.client);
    return {
      kills,
      pushed: ledger.pushed.size,
      claims: ledger.claims.size,
      late: ledger.late,
      lost: jobs.filter((job) => job === undefined).length,
      doubled: [...ledger.claims.values()].filter((times) => times > 1).length,
      undone: ended.filter((job, i) => job?.state !== states[i]).length,
      stuck,
      workflows: begun.length,
      unended: begun.filter((workflow) => workflow === undefined || workflow.state === 'running').length,
      findings: findings.map(lineOf),
      broken: ledger.broken,
    };
  } finally {
    await judge.close();
  }
}

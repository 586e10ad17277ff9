import type { RedisClient } from '../../redis/connect.ts';
import { decide } from '../workflows/decide.ts';
import { isStep, jobCountOf, type Tree } from '../workflows/tree.ts';
import type { Rule } from './finding.ts';
import { readHash, readScores } from './reader.ts';
import { isScope } from './scope.ts';

/** What the rules know of a tenant besides its workflows. */
export interface Around {
  readonly prefix: string;
  readonly timers: ReadonlyMap<string, number>;
  /** Jobs that exist, and whether they have not ended. */
  readonly jobs: ReadonlyMap<string, boolean>;
}

type Found = (rule: Rule, workflow: string, detail?: string) => void;

interface Read {
  readonly id: string;
  readonly tree: Tree;
  readonly states: string;
  readonly hash: ReadonlyMap<string, string>;
  readonly steps: ReadonlySet<string>;
}

/** Checks the workflows of one tenant. @param parts the keys of each, by its id. */
export async function checkWorkflows(
  client: RedisClient,
  around: Around,
  parts: ReadonlyMap<string, ReadonlySet<string>>,
  found: Found,
): Promise<void> {
  const { prefix, timers } = around;
  const listed = await readScores(client, `${prefix}/workflows`);
  for (const [id, keys] of parts) {
    // Steps of one that is about to be created, which their timer deletes if it is not.
    const isStaged = keys.size === 1 && keys.has('steps') && timers.has(`workflow/${id}`);
    if (!listed.has(id) && !isStaged) found('workflow key without workflow', id);
  }
  for (const timer of timers.keys()) {
    const id = timer.startsWith('workflow/') ? timer.slice('workflow/'.length) : undefined;
    if (id !== undefined && !listed.has(id) && !parts.has(id)) found('timer without need', id, 'no such workflow');
  }
  for (const id of listed.keys()) {
    const key = `${prefix}/workflow/${id}`;
    const hash = await readHash(client, key);
    const states = await client.get(`${key}/nodes`);
    const steps = new Set((await readHash(client, `${key}/steps`)).keys());
    const tree = JSON.parse(hash.get('tree') ?? '[]') as Tree;
    if (!isScope(hash.get('scope'))) found('workflow is incomplete', id, 'its scope');
    if (states === null || states.length !== tree.length || tree.length === 0 || /[^pacfxs]/.test(states)) {
      found('workflow is incomplete', id);
    } else checkWorkflow({ id, tree, states, hash, steps }, around, found);
  }
}

function checkWorkflow(read: Read, { timers, jobs }: Around, found: Found): void {
  const { id, tree, states, steps } = read;
  tree.forEach((node, n) => {
    if (!isStep(node)) return;
    const state = states.charAt(n);
    const live = jobs.get(node.job);
    if (state === 'p' && !steps.has(`${n}`)) found('step lost', id, `node ${n}`);
    if (state !== 'p' && steps.has(`${n}`)) found('step kept after it began', id, `node ${n}`);
    if (state === 'p' && live !== undefined) found('job of a step that has not begun', id, `node ${n}`);
    if (state === 'a' && live !== true) found('step under way without a job', id, `node ${n}`);
  });
  checkCounts(read, found);
  const { begin, become } = decide(tree, states);
  const isDue = begin.length > 0 || become.length > 0 || /^[cfx]/.test(states);
  const timer = timers.has(`workflow/${id}`);
  if (isDue && !timer) found('timer missing', id, 'of a workflow');
}

function checkCounts({ id, tree, states, hash }: Read, found: Found): void {
  const count = (state: string): number =>
    tree.filter((node, n) => isStep(node) && node.callback === undefined && states[n] === state).length;
  const total = jobCountOf(tree);
  const wanted = { total, completed: count('c'), failed: count('f'), left: total - count('c') - count('f') };
  for (const [name, value] of Object.entries(wanted)) {
    if (Number(hash.get(name) ?? 0) !== value) found('workflow counts disagree', id, `${name} is not ${value}`);
  }
}

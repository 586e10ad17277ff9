import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Decision, decide } from '../src/engine/workflows/decide.ts';
import { childrenOf, isStep, nodeOf, type Tree } from '../src/engine/workflows/tree.ts';
import { aWorkflow } from './workflow-fixtures.ts';

type Outcome = 'c' | 'f' | 'x';

const job = fc.constant({ type: 'a', args: [] });
const callbacks = fc
  .subarray(['on_complete', 'on_success', 'on_failure'], { minLength: 1 })
  .map((names) => Object.fromEntries(names.map((name) => [name, { type: 'b', args: [] }])));
const { flow } = fc.letrec((tie) => ({
  part: fc.oneof({ depthSize: 'small', maxDepth: 3, withCrossShrink: true }, job, tie('flow')),
  parts: fc.array(tie('part'), { minLength: 1, maxLength: 4 }),
  flow: fc.oneof(
    fc.record({ type: fc.constant('chain'), steps: tie('parts') }),
    fc.record({ type: fc.constant('group'), jobs: tie('parts') }),
    fc.record({ type: fc.constant('batch'), jobs: tie('parts'), callbacks }),
  ),
}));
/** Steps that depend on others, listed in any order. */
const graph = fc
  .array(fc.array(fc.nat({ max: 5 }), { maxLength: 3 }), { minLength: 1, maxLength: 6 })
  .chain((needs) => {
    const steps = needs.map((each, i) => ({
      id: `${i}`,
      type: 'a',
      args: [],
      depends_on: [...new Set(each.filter((n) => n < i).map(String))],
    }));
    return fc.shuffledSubarray(steps, { minLength: steps.length }).map((shuffled) => ({ steps: shuffled }));
  });

const plan = fc.record({
  tree: fc.oneof({ weight: 3, arbitrary: flow }, { weight: 1, arbitrary: graph }).map((body) => aWorkflow(body).tree),
  outcomes: fc.infiniteStream(fc.constantFrom<Outcome>('c', 'c', 'c', 'f', 'x')),
  /** Which of several goes first, and how much of a decision is applied at once. */
  turns: fc.infiniteStream(fc.nat()),
});

/** What the specification says becomes of a workflow, told from the outcomes of its jobs alone. */
function expected(tree: Tree, outcome: (n: number) => Outcome): { begun: Set<number>; succeeds: boolean } {
  const begun = new Set<number>();
  function run(n: number): boolean {
    const node = nodeOf(tree, n);
    if (isStep(node)) {
      begun.add(n);
      return outcome(n) === 'c';
    }
    const { jobs, callbacks: called } = childrenOf(tree, node);
    if (node.kind === 'chain') return jobs.every(run);
    if (node.kind === 'graph') {
      const done = new Map<number, boolean>();
      for (const child of jobs) {
        const step = nodeOf(tree, child);
        const ready = isStep(step) && (step.after ?? []).every((each) => done.get(each));
        done.set(child, ready && run(child));
      }
      return [...done.values()].every(Boolean);
    }
    const all = jobs.map(run).every(Boolean);
    if (node.kind === 'group') return all;
    const due = called.filter((child) => {
      const { callback } = nodeOf(tree, child) as { callback?: string };
      return callback === 'on_complete' || callback === (all ? 'on_success' : 'on_failure');
    });
    return due.map(run).every(Boolean);
  }
  return { succeeds: run(0), begun };
}

/** A workflow as a server runs it, a slice of a decision at a time. */
class Run {
  readonly begun = new Set<number>();
  readonly tree: Tree;
  #states: string[];

  constructor(tree: Tree) {
    this.tree = tree;
    this.#states = tree.map(() => 'p');
  }

  get states(): string {
    return this.#states.join('');
  }

  get underWay(): number[] {
    return this.tree.flatMap((node, n) => (isStep(node) && this.#states[n] === 'a' ? [n] : []));
  }

  set(n: number, state: string): void {
    this.#states[n] = state;
  }

  /** Applies the first so many of each. @returns whether that was all of it */
  apply({ begin, become }: Decision, many: number): boolean {
    for (const n of begin.slice(0, many)) {
      expect(this.#states[n]).toBe('p');
      expect(this.begun.has(n)).toBe(false);
      this.begun.add(n);
      this.set(n, 'a');
    }
    for (const [n, to] of become.slice(0, many)) this.set(n, to);
    return begin.length <= many && become.length <= many;
  }
}

test('a workflow ends as the specification says, and begins exactly the jobs it should, each once', () => {
  fc.assert(
    fc.property(plan, ({ tree, outcomes, turns }) => {
      const fixed = new Map(tree.map((_, n) => [n, outcomes.next().value as Outcome]));
      const turn = (below: number): number => (turns.next().value as number) % below;
      const run = new Run(tree);
      for (let round = 0; ; round++) {
        if (round > 1_000) throw new Error('it never ends');
        const whole = run.apply(decide(tree, run.states), 1 + turn(3));
        const { underWay } = run;
        // A job may end before all of a decision is applied.
        if (underWay.length > 0 && (whole || turn(2) === 0)) {
          const n = underWay[turn(underWay.length)] as number;
          run.set(n, fixed.get(n) as Outcome);
        } else if (whole) break;
      }
      const { begun, succeeds } = expected(tree, (n) => fixed.get(n) as Outcome);
      expect([...run.begun].toSorted()).toEqual([...begun].toSorted());
      expect(run.states[0]).toBe(succeeds ? 'c' : 'f');
      expect(run.states).not.toMatch(/[pa]/);
    }),
    { numRuns: 500 },
  );
});

test('a workflow that was cancelled begins nothing, and all of it ends but what a worker has', () => {
  fc.assert(
    fc.property(plan, fc.nat({ max: 6 }), ({ tree, outcomes, turns }, ended) => {
      const turn = (below: number): number => (turns.next().value as number) % below;
      const run = new Run(tree);
      for (let i = 0; i < ended; i++) {
        run.apply(decide(tree, run.states), 99);
        const n = run.underWay[0];
        if (n !== undefined) run.set(n, outcomes.next().value as Outcome);
      }
      if (/[cf]/.test(run.states.charAt(0))) return;
      run.set(0, 'x');
      const active = run.underWay.filter(() => turn(2) === 0);
      for (let round = 0; ; round++) {
        if (round > 1_000) throw new Error('it never ends');
        const decision = decide(tree, run.states);
        expect(decision.begin).toEqual([]);
        for (const n of decision.cancel) if (!active.includes(n)) run.set(n, 'x');
        if (run.apply(decision, 2)) break;
      }
      expect(run.underWay).toEqual(active);
      expect(run.states).not.toMatch(/p/);
      expect(tree.some((node, n) => !isStep(node) && run.states[n] === 'a')).toBe(false);
    }),
    { numRuns: 300 },
  );
});

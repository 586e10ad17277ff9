import { OjsError } from '@ojs/client';
import { batch, chain, type Flow, group, type Step, step as stepOf, uuidv7 } from '@ojs/producer-sdk';
import { shaky, step } from '../jobs.ts';
import { isOvertaken, patiently } from '../patience.ts';
import { type Application, markOf } from './application.ts';

/** A flow that remembers the marks of its steps that begin for sure, if it gets to them. */
class Draft {
  readonly marks: string[] = [];
  readonly #app: Application;

  constructor(app: Application) {
    this.#app = app;
  }

  /** One that succeeds in the end. */
  good(): Step<unknown> {
    const { random } = this.#app;
    const mark = markOf('step');
    this.marks.push(mark);
    return stepOf(step, { mark, takesMs: random.between(0, 60), failures: random.chance(0.15) ? 1 : 0 });
  }

  /** One that fails, perhaps because its only attempt is lost with its worker before the handler begins. */
  bad(): Step<unknown> {
    return stepOf(shaky, { mark: markOf('bad-step'), ending: 'refuse' });
  }

  goods(min: number, max: number): Step<unknown>[] {
    return Array.from({ length: this.#app.random.between(min, max) }, () => this.good());
  }
}

interface Made {
  readonly flow: Flow<unknown>;
  readonly end: 'completed' | 'failed';
  /** How many steps at the end it never gets to. */
  readonly unreached?: number;
}
const SHAPES: readonly [weight: number, make: (draft: Draft) => Made][] = [
  [4, (draft) => ({ flow: chain(...draft.goods(1, 4)), end: 'completed' })],
  [4, (draft) => ({ flow: group(...draft.goods(1, 8)), end: 'completed' })],
  [1, (draft) => ({ flow: chain(draft.good(), draft.bad(), draft.good()), end: 'failed', unreached: 1 })],
  [1, (draft) => ({ flow: group(draft.good(), draft.bad(), draft.good()), end: 'failed' })],
  [
    2,
    (draft) => ({
      flow: batch(draft.goods(1, 5), { onSuccess: draft.good(), onComplete: draft.good() }),
      end: 'completed',
    }),
  ],
  // A batch is done however its jobs ended.
  [2, (draft) => ({ flow: batch([draft.bad(), ...draft.goods(1, 3)], { onFailure: draft.good() }), end: 'completed' })],
  [
    3,
    (draft) => ({
      flow: chain(
        draft.good(),
        group(draft.good(), chain(...draft.goods(1, 3))),
        batch(draft.goods(1, 3), { onComplete: draft.good() }),
        draft.good(),
      ),
      end: 'completed',
    }),
  ],
];

/** Starts a workflow until the server has answered, and now and then cancels it. */
export async function startWorkflow(app: Application): Promise<void> {
  const { random, producer, admin, ledger, signal } = app;
  const draft = new Draft(app);
  const { flow, end, unreached = 0 } = random.weighted(SHAPES)(draft);
  const id = uuidv7();
  const isCancelled = random.chance(0.15);
  await patiently(
    () =>
      producer.workflows.start(flow, { id, signal }).catch((error: unknown) => {
        // The answer to an earlier try was lost.
        if (error instanceof OjsError && error.status === 409) return;
        throw error;
      }),
    signal,
  );
  ledger.workflows.set(id, {
    reached: draft.marks.slice(0, draft.marks.length - unreached),
    unreached: draft.marks.slice(draft.marks.length - unreached),
    ends: isCancelled ? [end, 'cancelled'] : [end],
  });
  if (!isCancelled) return;
  await new Promise((resolve) => setTimeout(resolve, random.between(0, 300)));
  await admin.call('cancelWorkflow', { path: { id } }).catch((error: unknown) => {
    if (!isOvertaken(error)) throw error;
  });
}

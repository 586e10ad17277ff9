import type { CronFiring, Job, JobState, OjsEvent } from '@ojs/client';
import { expect, test } from 'vitest';
import { type Evidence, judge } from '../src/judge/index.ts';
import { Ledger } from '../src/ledger.ts';

let moments = 0;
/** An event, later than those before it by `ms`. */
function event(type: string, subject: string, data: Record<string, unknown> = {}, ms = 1): OjsEvent {
  moments += ms;
  const id = `evt_${1_000_000_000_000 + moments}-0-0`;
  return { specversion: '1.0', id, type: type as OjsEvent['type'], source: '/', time: '', subject, data };
}
const job = (id: string, state: JobState): Job => ({
  ...{ specversion: '1.0', id, type: 'a', queue: 'default', state, args: [], meta: {}, priority: 0 },
  ...{ attempt: 1, max_attempts: 3, created_at: '' },
});
const started = (id: string, attempt = 1, ms = 1): OjsEvent =>
  event('job.started', id, { attempt, queue: 'default' }, ms);
const begun = (id: string, attempt: number, mark = `mark of ${id}`, loaded = 0) =>
  ({ told: 'begun', id, life: 0, attempt, mark, loaded }) as const;
const completed = (id: string, attempt: number) => ({ told: 'completed', id, life: 0, attempt, sure: true }) as const;
function firing(second: number, missed = 0): CronFiring {
  const at = new Date(second * 1_000).toISOString();
  return { scheduled_at: at, fired_at: at, trigger: 'schedule', outcome: 'triggered', missed };
}
const fired = (ledger: Ledger, ...firings: CronFiring[]): unknown =>
  ledger.firings.set('cron', new Map(firings.map((each, i) => [`${i}`, each])));

/** A job that went well, and whatever else is told. */
function evidence(tell: (ledger: Ledger) => unknown, jobs: [string, Job | undefined][] = []): Evidence {
  const ledger = new Ledger();
  ledger.answer('a', 'mark of a', ['completed']);
  ledger.hear(begun('a', 1));
  ledger.hear(completed('a', 1));
  ledger.events.push(event('job.enqueued', 'a'), started('a'), event('job.completed', 'a', { queue: 'default' }));
  tell(ledger);
  return { ledger, jobs: new Map([['a', job('a', 'completed')], ...jobs]), workflows: new Map() };
}

test('what went well is not held against anybody', () => {
  expect(judge(evidence(() => undefined))).toEqual([]);
});

const both = (ledger: Ledger, of: 'uniqueKeys' | 'limitKeys', key: string): unknown =>
  ['x', 'y'].map((id) => ledger[of].set(id, key));
const faults: [what: string, kind: string, evidence: Evidence][] = [
  ['a job that is gone', 'lost', evidence((l) => l.answer('b', 'b', ['completed']), [['b', undefined]])],
  ['a job that still waits', 'stuck', evidence(() => undefined, [['a', job('a', 'available')]])],
  ['an end that cannot be', 'wrong', evidence(() => undefined, [['a', job('a', 'discarded')]])],
  ['a completion that was undone', 'undone', evidence(() => undefined, [['a', job('a', 'cancelled')]])],
  ['a cancellation that was undone', 'undone', evidence((l) => l.cancelled.add('a'))],
  ['an attempt that began twice', 'doubled', evidence((l) => l.hear(begun('a', 1)))],
  ['an attempt after the last', 'doubled', evidence((l) => l.hear(begun('a', 2)))],
  ['a second completion', 'doubled', evidence((l) => l.hear(completed('a', 1)))],
  ['one request that became two jobs', 'doubled', evidence((l) => l.hear(begun('b', 1, 'mark of a')))],
  [
    'a checkpoint that was lost',
    'undone',
    evidence((l) => {
      l.hear({ told: 'saved', id: 'x', life: 0, attempt: 1, step: 3 });
      l.hear(begun('x', 2, 'x', 2));
    }),
  ],
  ['a lease that was given twice', 'doubled', evidence((l) => l.events.push(started('x', 1), started('x', 2)))],
  [
    'a limit that did not hold',
    'wrong',
    evidence((l) => [both(l, 'limitKeys', 'press'), l.events.push(started('x'), started('y'))]),
  ],
  [
    'a rate that did not hold',
    'wrong',
    evidence((l) => ['1', '2', '3', '4'].map((id) => l.rated.add(id) && l.events.push(started(id, 1, 300)))),
  ],
  [
    'a pause that did not hold',
    'wrong',
    evidence((l) => l.events.push(event('queue.paused', 'default'), started('x'))),
  ],
  [
    'unique jobs at once',
    'doubled',
    evidence((l) => [
      both(l, 'uniqueKeys', 'slot'),
      l.events.push(event('job.enqueued', 'x'), event('job.scheduled', 'y')),
    ]),
  ],
  ['an end that nobody heard', 'unheard', evidence((l) => l.events.pop())],
  ['an event heard twice', 'doubled', evidence((l) => l.events.push(...l.events.slice(0, 1)))],
  [
    'a delivery that never came',
    'unheard',
    evidence((l) => l.events.push(event('job.completed', 'x', { queue: 'hooked' }))),
  ],
  ['a workflow that is gone', 'lost', evidence((l) => l.workflows.set('w', { reached: [], unreached: [], ends: [] }))],
  ['a second that did not fire', 'lost', evidence((l) => fired(l, firing(1), firing(3)))],
  ['a second that fired twice', 'doubled', evidence((l) => fired(l, firing(1), firing(1)))],
  ['a firing that another stood for', 'doubled', evidence((l) => fired(l, firing(1, 1), firing(2)))],
];
test.each(faults)('%s is found', (_, kind, given) => {
  expect(judge(given).map((finding) => finding.kind)).toContain(kind);
});

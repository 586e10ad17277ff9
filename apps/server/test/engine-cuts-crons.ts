import type { Engine } from '../src/engine/engine.ts';
import { aCron, saveCron } from './engine-cron-fixtures.ts';
import { CALLER } from './engine-harness.ts';

type Operation = [
  name: string,
  prepare: (engine: Engine, tenant: string) => Promise<string[]>,
  run: (engine: Engine, tenant: string) => Promise<unknown>,
];

const none = async (): Promise<string[]> => [];
const saved = async (engine: Engine, tenant: string): Promise<string[]> => {
  await saveCron(engine, tenant, aCron('c'));
  return [];
};
const cronOf = async (engine: Engine, tenant: string) => (await engine.crons.find(tenant, 'c'))!;

/** The operations of cron entries, for the test that cuts the connection at each of their commands. */
export const CRON_OPERATIONS: Operation[] = [
  ['register a cron entry', none, (e, t) => saveCron(e, t, aCron('c'))],
  [
    'change a cron entry',
    saved,
    async (e, t) => e.crons.save(t, CALLER, aCron('c', { overlap: 'allow' }), await cronOf(e, t)),
  ],
  ['pause a cron entry', saved, async (e, t) => e.crons.setEnabled(t, CALLER, await cronOf(e, t), false)],
  ['trigger a cron entry', saved, async (e, t) => e.crons.trigger(t, CALLER, await cronOf(e, t))],
  [
    'delete a cron entry',
    saved,
    async (e, t) => {
      const cron = await e.crons.find(t, 'c');
      if (cron) await e.crons.delete(t, CALLER, cron);
    },
  ],
];

/** What an entry looks like from outside, without times. */
export async function seenCron(engine: Engine, tenant: string): Promise<unknown> {
  const cron = await engine.crons.find(tenant, 'c');
  const history = await engine.crons.history(tenant, 'c', 100);
  return {
    cron: cron && { on: cron.enabled, overlap: cron.overlap, count: cron.count, next: cron.next },
    fired: history.filter(({ outcome }) => outcome === 'triggered').length,
  };
}

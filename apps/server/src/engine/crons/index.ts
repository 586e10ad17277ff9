import { hash } from 'node:crypto';
import type { CronFiring, Job } from '@ojs/schema';
import { uuidV7 } from '../../uuid.ts';
import type { Caller } from '../caller.ts';
import type { EngineContext } from '../context.ts';
import { CronChanged, CronsFull, NoSuchJob } from '../errors.ts';
import { accepted, type Outcome } from '../outcomes.ts';
import type { Owned } from '../rights.ts';
import { redisFailure } from '../scripts.ts';
import { createCronChore, type OnRefused, queuesAsked, ROUNDS, runFirings } from './chore.ts';
import type { Cron, CronDefinition, CronPage, Crons, Fired, NewCron } from './crons.ts';
import { type Firing, jobAt } from './firing.ts';
import { listCrons } from './list.ts';
import { createCronReader, timeOf } from './reader.ts';
import { firingOf, keyOf } from './record.ts';
import { nextAfter, scheduleOf } from './schedule.ts';

/** What the script saves of an entry beside its name. */
interface Saved extends Owned {
  readonly enabled: boolean;
  readonly definition: CronDefinition;
  /** Whether it goes on firing at what it would have. */
  readonly keepsNext: boolean;
}

const definitionOf = ({
  expression,
  timezone,
  overlap,
  description,
  job,
  options,
}: CronDefinition): CronDefinition => ({
  expression,
  timezone,
  overlap,
  description,
  job,
  options,
});

/** Of what is the same, the revision is: so whoever registers what many register at the same time is in nobody's way. */
const revisionOf = (owner: string, scope: string, enabled: boolean, definition: string): string =>
  hash('sha256', JSON.stringify([owner, enabled, definition, ...(scope === '' ? [] : [scope])]), 'base64url');

function refused(outcome: Outcome, name: string): void {
  if (outcome[0] === 'changed' || outcome[0] === 'missing') throw new CronChanged(name);
  if (outcome[0] === 'full') throw new CronsFull(Number(outcome[1]));
  accepted(outcome, name);
}

type ReadIn = (tenant: string, id: string, queue: string) => Promise<Job | undefined>;

export function createCrons(context: EngineContext, readIn: ReadIn, onRefused: OnRefused) {
  const { client, run, spaces, due } = context;
  const readCrons = createCronReader(context);

  const find = async (tenant: string, name: string): Promise<Cron | undefined> => (await readCrons(tenant, [name]))[0];

  async function save(tenant: string, caller: Caller, name: string, before: Cron | undefined, saved: Saved) {
    if (!spaces.isRegistered(tenant)) await spaces.register(client, tenant);
    const { owner, enabled, definition, keepsNext } = saved;
    const scope = saved.scope === undefined ? '' : JSON.stringify(saved.scope);
    const next =
      enabled && !keepsNext
        ? nextAfter(scheduleOf(definition.expression, definition.timezone), await timeOf(context, tenant))
        : undefined;
    const at = keepsNext ? '=' : (next?.at ?? '');
    const text = JSON.stringify(definition);
    const outcome = (await run('cron-save', spaces.of(tenant), [
      caller.epoch,
      name,
      before?.revision ?? '',
      revisionOf(owner, scope, enabled, text),
      owner,
      scope,
      enabled ? 1 : 0,
      definition.job.queue,
      text,
      at,
      next?.gap ?? '',
    ])) as Outcome;
    refused(outcome, name);
    if (next) due.expect(tenant, next.at);
    const cron = await find(tenant, name);
    if (!cron) throw new CronChanged(name);
    return cron;
  }

  /** Until it is known what the caller may do in every queue that its unique job meets. */
  async function fireByHand(tenant: string, firing: Firing): Promise<Outcome> {
    let others = firing.others;
    for (let round = 0; round < ROUNDS; round++) {
      const [outcome = ['missing']] = await runFirings(context, tenant, [{ ...firing, others }]);
      if (outcome[0] !== 'ask') return outcome;
      others = queuesAsked({ ...firing, others }, outcome);
    }
    return ['changed'];
  }

  const crons: Crons = {
    find,

    save: (tenant, caller, { name, enabled, definition }: NewCron, before) =>
      save(tenant, caller, name, before, {
        owner: caller.principal,
        scope: caller.scope,
        enabled,
        definition,
        keepsNext:
          before?.enabled === enabled &&
          before.expression === definition.expression &&
          before.timezone === definition.timezone,
      }),

    setEnabled: (tenant, caller, cron, enabled) =>
      save(tenant, caller, cron.name, cron, {
        owner: cron.owner,
        scope: cron.scope,
        enabled,
        definition: definitionOf(cron),
        keepsNext: cron.enabled === enabled,
      }),

    delete: async (tenant, caller, { name, revision }) => {
      refused((await run('cron-delete', spaces.of(tenant), [caller.epoch, name, revision])) as Outcome, name);
    },

    trigger: async (tenant, caller, cron): Promise<Fired> => {
      const now = await timeOf(context, tenant);
      const job = jobAt(cron, now, uuidV7(now));
      const outcome = await fireByHand(tenant, {
        cron,
        caller,
        byHand: true,
        tick: now,
        job,
        missed: 0,
        others: new Set(),
      });
      refused(outcome, cron.name);
      const [, , what, id] = outcome;
      if (what !== 't')
        return { refused: what === 'overlap_skip' ? 'overlap_skip' : 'unique_conflict', job: String(id) };
      const added = await readIn(tenant, job.id, job.queue);
      if (!added) throw new NoSuchJob(job.id);
      for (const moment of [job.scheduledAt, job.expiresAt]) if (moment) due.expect(tenant, moment.ms);
      return { job: added };
    },

    list: (tenant, page: CronPage) => listCrons(context, readCrons, tenant, page),

    history: async (tenant, name, limit): Promise<CronFiring[]> => {
      try {
        const lines = await client.lrange(`${keyOf(spaces.of(tenant).prefix, name)}/history`, 0, limit - 1);
        return lines.map(firingOf);
      } catch (error) {
        throw redisFailure(error);
      }
    },
  };
  return { crons, fire: createCronChore(context, readCrons, onRefused) };
}

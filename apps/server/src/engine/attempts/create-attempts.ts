import { formatTimestamp, type JobState } from '@ojs/schema';
import type { Caller, LeaseClaim } from '../caller.ts';
import type { EngineContext } from '../context.ts';
import { accepted, type Outcome } from '../outcomes.ts';
import { fenceOf } from '../settle/settle.ts';
import type { Attempts } from './attempts.ts';
import { checkpointOf } from './checkpoint-record.ts';

const clamp = (share: number): number => Math.min(1, Math.max(0, share));
const percent = (share: number): number => Math.round(share * 10_000) / 100;
const json = (value: unknown): string => (value === undefined ? '' : JSON.stringify(value));
const parsed = <T>(text: unknown): T | null => (text === '' ? null : (JSON.parse(String(text)) as T));

export function createAttempts({ run, spaces, queueOf }: EngineContext): Attempts {
  const checkpoint = async (
    what: 'save' | 'read' | 'delete',
    tenant: string,
    { principal, epoch }: Caller,
    claim: LeaseClaim,
    unheld: boolean,
    state = '',
  ): Promise<Outcome> => {
    const { id, queue, workerId = '' } = claim;
    const args = [epoch, what, principal, queue, id, workerId, fenceOf(claim), unheld ? 1 : 0, state];
    const outcome = (await run('checkpoint', spaces.of(tenant), args)) as Outcome;
    if (outcome[0] === 'missing') queueOf.forget(tenant, id);
    return outcome;
  };
  const nobody: Caller = { principal: '', epoch: '' };

  return {
    report: async (tenant, { epoch, principal }, claim, told) => {
      const { id, queue, workerId = '' } = claim;
      const share = told.progress === undefined ? undefined : clamp(told.progress);
      const shares = share === undefined ? ['', ''] : [share, percent(share)];
      const texts = [json(told.message), json(told.data), json(told.checkpoint)];
      const args = [epoch, principal, queue, id, workerId, fenceOf(claim), ...shares, ...texts];
      const outcome = (await run('progress', spaces.of(tenant), args)) as Outcome;
      if (outcome[0] === 'missing') queueOf.forget(tenant, id);
      if (outcome[0] === 'ignored') return { accepted: false, state: outcome[1] as JobState };
      const [, progress, message, data, at] = accepted(outcome, id);
      return {
        accepted: true,
        state: 'active',
        progress: parsed<number>(progress),
        message: parsed<string>(message),
        data: parsed<Record<string, unknown>>(data),
        updatedAt: formatTimestamp(Number(at)),
      };
    },

    save: async (tenant, caller, claim, state, unheld) => {
      const outcome = await checkpoint('save', tenant, caller, claim, unheld, JSON.stringify(state));
      const [now, sequence] = accepted(outcome, claim.id);
      return { sequence: Number(sequence), createdAt: formatTimestamp(Number(now)) };
    },

    checkpoint: async (tenant, id, queue) => {
      const outcome = await checkpoint('read', tenant, nobody, { id, queue }, false);
      if (outcome[0] === 'none') return undefined;
      const [state, sequence, at] = accepted(outcome, id);
      return checkpointOf(String(state), String(sequence), String(at));
    },

    forget: async (tenant, caller, claim, unheld) => {
      const outcome = await checkpoint('delete', tenant, caller, claim, unheld);
      return accepted(outcome, claim.id)[1] === 1;
    },
  };
}

import {
  effectiveRetry,
  formatTimestamp,
  type JobErrorReport,
  type JobState,
  parseTimestamp,
  type RetryPolicy,
} from '@ojs/schema';
import type { EngineContext } from '../context.ts';
import type { Caller, LeaseClaim, Settled, Verdict } from '../engine.ts';
import { Gather } from '../gather.ts';
import { errorsOf } from '../job-record.ts';
import { accepted, type Outcome } from '../outcomes.ts';
import { redisFailure } from '../scripts.ts';
import { type EndedLease, endedBy } from './ended-lease.ts';
import { appendError, jobErrorOf } from './job-error.ts';
import { judge, judgeExpiry } from './retry.ts';

/** The end of an attempt, as settle.lua takes it. */
interface Ending {
  readonly caller: Caller;
  readonly claim: LeaseClaim;
  readonly verdict: Verdict | { readonly state: 'completed' };
  readonly back?: boolean;
  /** The error as the event tells it. */
  readonly error?: string;
  /** Until when nothing of the job's rate limit begins (ms). */
  readonly hold?: number | undefined;
  readonly fields: readonly (string | number)[];
}

/** Leases that one script call ends. */
const EXPIRED_PER_CALL = 50;

/** The attempt as settle.lua compares it: attempts begin again with each replay, so that its number alone names none. */
export const fenceOf = ({ attempt, replays = 0 }: LeaseClaim): string => {
  if (attempt === undefined) return '';
  return replays === 0 ? `${attempt}` : `${attempt}.${replays}`;
};

/** The sweeper is no caller: it acts on nobody's behalf, and only on leases that ran out. */
const SWEEPER: Caller = { principal: '', epoch: '-' };
const argumentsOf = ({ caller, claim, verdict, back, error, hold, fields }: Ending): (string | number)[] => [
  caller.epoch,
  caller.principal,
  claim.queue,
  claim.id,
  claim.workerId ?? '',
  fenceOf(claim),
  verdict.state,
  verdict.state === 'retryable' ? verdict.delayMs : 0,
  verdict.state === 'discarded' && verdict.deadLetter ? 1 : 0,
  back ? 1 : 0,
  error ?? '',
  hold ?? '',
  fields.length,
  ...fields,
];

function settledOf({ claim, verdict }: Ending, outcome: Outcome): Settled {
  const [now, state, due, type, attempt, maxAttempts, duration] = accepted(outcome, claim.id);
  const moment = formatTimestamp(Number(now));
  return {
    id: claim.id,
    queue: claim.queue,
    type: String(type),
    state: state as JobState,
    attempt: Number(attempt),
    max_attempts: Number(maxAttempts),
    durationMs: Number(duration),
    ...(state === 'completed' || state === 'discarded' ? { completedAt: moment } : {}),
    ...(state === 'discarded' ? { discardedAt: moment } : {}),
    ...(state === 'retryable' ? { nextAttemptAt: formatTimestamp(Number(due)) } : {}),
    ...(verdict.state === 'retryable' && state !== 'cancelled' ? { retryDelayMs: verdict.delayMs } : {}),
  };
}

/** A failure as an ending: the verdict of the retry policy, and what the record keeps of the error. */
function failure(
  { report, more = {} }: { report: JobErrorReport; more?: Record<string, unknown> },
  record: { attempt: number; back: number; ojs: string | null; errors: string },
  judgement: typeof judge,
): Pick<Ending, 'verdict' | 'error' | 'hold' | 'fields'> {
  const policy = effectiveRetry(record.ojs ? (JSON.parse(record.ojs) as { retry?: RetryPolicy }).retry : undefined);
  const error = { ...jobErrorOf(report, record.attempt, Date.now()), ...more };
  const verdict = judgement({ policy, attempt: record.attempt - record.back, error, random: Math.random() });
  const fields: (string | number)[] = [
    'errs',
    JSON.stringify(appendError(errorsOf(record.errors), error)),
    'failedReason',
    error.message,
    'et',
    error.type,
    'stacktrace',
    JSON.stringify(error.backtrace ?? []),
  ];
  if (verdict.state === 'retryable') fields.push('rd', verdict.delayMs);
  const told = {
    code: error.code,
    type: error.type,
    message: error.message.slice(0, 1_000),
    retryable: error.retryable ?? verdict.state !== 'discarded',
  };
  const { rate_limit_until: until } = report;
  const hold = until === undefined ? undefined : parseTimestamp(until);
  return { verdict, error: JSON.stringify(told), hold, fields };
}

/** ACK, FAIL, giving back, and the end of leases: all end an attempt, in one script. */
export function createSettle(context: EngineContext) {
  const { client, run, spaces, queueOf, due, observer } = context;

  const settleAll = async (tenant: string, endings: readonly Ending[]): Promise<Outcome[]> => {
    const args: (string | number)[] = [endings.length];
    for (const ending of endings) for (const argument of argumentsOf(ending)) args.push(argument);
    return (await run('settle', spaces.of(tenant), args)) as Outcome[];
  };
  const gather = new Gather<Ending, Outcome>(settleAll);

  const end = async (tenant: string, ending: Ending): Promise<Settled> => {
    const began = performance.now();
    const outcome = await gather.ask(tenant, ending);
    if (outcome[0] === 'missing') queueOf.forget(tenant, ending.claim.id);
    const settled = settledOf(ending, outcome);
    observer.settled(tenant, settled, performance.now() - began);
    // What follows a step in its workflow is due now.
    if (outcome[8] === 1) due.expect(tenant, Date.now());
    return settled;
  };

  return {
    ack: (tenant: string, caller: Caller, claim: LeaseClaim, result: unknown): Promise<Settled> =>
      end(tenant, {
        caller,
        claim,
        verdict: { state: 'completed' },
        fields: result === undefined ? [] : ['returnvalue', JSON.stringify(result)],
      }),

    requeue: (tenant: string, caller: Caller, claim: LeaseClaim): Promise<Settled> =>
      end(tenant, { caller, claim, verdict: { state: 'available' }, back: true, fields: [] }),

    /** Reads the record, decides, and applies the decision only to the attempt that was read. */
    nack: async (tenant: string, caller: Caller, claim: LeaseClaim, report: JobErrorReport): Promise<Settled> => {
      const key = `${spaces.of(tenant).prefix}:${claim.queue}:${claim.id}`;
      const [attempt, back, ojs, errors, replays] = await client
        .hmget(key, 'atm', 'gb', 'ojs', 'errs', 'rp')
        .catch((error: unknown) => {
          throw redisFailure(error);
        });
      const record = { attempt: Number(attempt ?? 0), back: Number(back ?? 0), ojs: ojs ?? null, errors: errors ?? '' };
      const read = attempt ? { attempt: record.attempt, replays: Number(replays ?? 0) } : {};
      const bound = claim.attempt === undefined ? { ...claim, ...read } : claim;
      return end(tenant, { caller, claim: bound, ...failure({ report }, record, judge) });
    },

    /** Ends leases that ran out (ojs-worker-protocol §5.5). A lease that was extended meanwhile stays. */
    expire: async (tenant: string, leases: readonly EndedLease[]): Promise<void> => {
      const endings = leases.map((lease): Ending => {
        const [queue, id, attempt, back, ojs, errors, timedOut, replays] = lease;
        const record = { attempt: Number(attempt), back: Number(back), ojs, errors };
        const claim = { id, queue, attempt: Number(attempt), replays: Number(replays) };
        return {
          caller: SWEEPER,
          claim,
          ...failure(endedBy(lease, Date.now()), record, timedOut === 1 ? judge : judgeExpiry),
        };
      });
      for (let i = 0; i < endings.length; i += EXPIRED_PER_CALL) {
        const slice = endings.slice(i, i + EXPIRED_PER_CALL);
        const outcomes = await settleAll(tenant, slice);
        slice.forEach((ending, n) => {
          const outcome = outcomes[n];
          if (outcome?.[0] === 'ok') observer.settled(tenant, settledOf(ending, outcome), 0);
        });
      }
    },
  };
}

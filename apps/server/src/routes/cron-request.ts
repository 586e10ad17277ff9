import { CRON_ATTRIBUTES, CRON_SYSTEM_ATTRIBUTES, CronSchedule, OPTION_NAMES } from '@ojs/schema';
import type { NewCron } from '../engine/crons/crons.ts';
import { BadExpression } from '../engine/crons/expression.ts';
import { nextAfter, scheduleOf } from '../engine/crons/schedule.ts';
import { timeZone } from '../engine/crons/time-zone.ts';
import type { NewJob } from '../engine/engine.ts';
import { type EnqueueRules, toNewJob } from './enqueue.ts';
import { invalid, parse } from './issues.ts';

type Attributes = Record<string, unknown>;
const isObject = (value: unknown): value is Attributes =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What an entry says of its job, in either form: beside the schedule, or in `job_template`. */
export function claimedTemplate(body: unknown): Attributes {
  if (!isObject(body)) throw invalid('body', 'type', 'must be an object');
  const { job_template: template } = body;
  const own = Object.entries(body).filter(([name]) => !CRON_ATTRIBUTES.has(name) && !CRON_SYSTEM_ATTRIBUTES.has(name));
  if (template === undefined) return { args: [], ...Object.fromEntries(own) };
  if (!isObject(template)) throw invalid('job_template', 'type', 'must be an object');
  const [stray] = own[0] ?? [];
  if (stray !== undefined) {
    throw invalid(stray.slice(0, 64), 'unknown', 'has no meaning beside job_template', { status: 422 });
  }
  return { args: [], ...template };
}

/** The options as they are told again: what stands beside the type, and over it what is nested. */
function optionsOf(template: Attributes): Attributes {
  const flat = Object.entries(template).filter(([name]) => OPTION_NAMES.has(name));
  return { ...Object.fromEntries(flat), ...(isObject(template.options) ? template.options : {}) };
}

const MOMENTS = ['scheduled_at', 'delay_until', 'expires_at'] as const;

/** Of a moment that is always the same, every firing but the first would be late. */
function checkMoments(template: Attributes, options: Attributes): void {
  if (template.id !== undefined)
    throw invalid('id', 'unknown', 'each firing makes a job with an id of its own', { status: 422 });
  for (const name of MOMENTS) {
    const value = options[name];
    if (typeof value === 'string' && !value.startsWith('+')) {
      throw invalid(name, 'relative', 'must be + and an ISO 8601 duration, counted from each firing', { status: 422 });
    }
  }
}

function checkSchedule(expression: string, zone: string, now: number): void {
  if (timeZone(zone) === undefined) {
    throw invalid('timezone', 'iana', 'must be UTC or a name of the IANA time zone database, such as Europe/Berlin');
  }
  try {
    if (nextAfter(scheduleOf(expression, zone), now) !== undefined) return;
  } catch (error) {
    if (error instanceof BadExpression) throw invalid('expression', error.rule, error.message);
    throw error;
  }
  throw invalid('expression', 'never', 'names a day that never comes');
}

/**
 * Reads a request to register an entry; its job is validated whole, as it would be at each firing.
 * @throws {Refusal} naming the field and the rule
 */
export function toNewCron(
  body: unknown,
  rules: EnqueueRules,
  now: number,
  bytes: number,
): { cron: NewCron; job: NewJob } {
  const schedule = parse(CronSchedule, body);
  const { name, cron, expression = cron, timezone = 'UTC', overlap_policy = 'skip', enabled = true } = schedule;
  if (expression === undefined) throw invalid('expression', 'required', 'is required, as expression or as cron');
  checkSchedule(expression, timezone, now);
  if (bytes > rules.limits.cronBytes) {
    throw invalid('body', 'max', `must be <=${rules.limits.cronBytes} bytes`, { status: 422 });
  }
  const template = claimedTemplate(body);
  const options = optionsOf(template);
  checkMoments(template, options);
  const job = toNewJob(template, rules, now, bytes);
  const { id: _, scheduledAt, expiresAt, ...rest } = job;
  const definition = {
    expression,
    timezone,
    overlap: overlap_policy,
    description: schedule.description ?? null,
    options,
    job: {
      ...rest,
      ...(scheduledAt && { delayMs: scheduledAt.ms - now }),
      ...(expiresAt && { lifeMs: expiresAt.ms - now }),
    },
  };
  return { cron: { name, enabled, definition }, job };
}

import { Cron as Calendar } from 'croner';

/** When an entry fires: at local times of a calendar, or again and again after a while (ojs-cron §3, §4). */
export type Expression =
  /** `after`: the first local time after a local time, both as if the clock were UTC's; undefined: never again. */
  { readonly after: (local: number) => number | undefined } | { readonly everyMs: number };

/** The expression breaks a rule, which the message says. */
export class BadExpression extends Error {
  readonly rule: 'required' | 'fields' | 'range' | 'format' | 'never';
  constructor(rule: BadExpression['rule'], message: string) {
    super(message);
    this.rule = rule;
  }
}

const NICKNAMES: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

const MONTHS = 'JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC';
const DAYS = 'SUN|MON|TUE|WED|THU|FRI|SAT';

/** Each field: what may stand in it (ojs-cron §3.1), and between which numbers. */
const FIELDS = [
  { name: 'second', signs: /^[\d*,/-]+$/, min: 0, max: 59 },
  { name: 'minute', signs: /^[\d*,/-]+$/, min: 0, max: 59 },
  { name: 'hour', signs: /^[\d*,/-]+$/, min: 0, max: 23 },
  { name: 'day of month', signs: /^[\dLW*,/-]+$/i, min: 1, max: 31 },
  { name: 'month', signs: new RegExp(`^([\\d*,/-]|${MONTHS})+$`, 'i'), min: 1, max: 12 },
  { name: 'day of week', signs: new RegExp(`^([\\dL#*,/-]|${DAYS})+$`, 'i'), min: 0, max: 7 },
] as const;

/** Numbers that are neither a step nor which of the weekdays of a month. */
const VALUES = /(?<![\d/#])\d+/g;

function checkFields(fields: readonly string[]): void {
  const kinds = fields.length === 5 ? FIELDS.slice(1) : FIELDS;
  if (fields.length !== kinds.length) {
    throw new BadExpression('fields', `must have 5 fields, or 6 with seconds, and has ${fields.length}`);
  }
  kinds.forEach(({ name, signs, min, max }, i) => {
    const field = fields[i] ?? '';
    if (!signs.test(field)) throw new BadExpression('format', `the ${name} has a character that has no meaning there`);
    if ((field.match(VALUES) ?? []).some((value) => Number(value) < min || Number(value) > max)) {
      throw new BadExpression('range', `the ${name} must be between ${min} and ${max}`);
    }
  });
}

function parseCalendar(text: string): Expression {
  const fields = text.split(/\s+/);
  checkFields(fields);
  try {
    const calendar = new Calendar(fields.join(' '), { timezone: 'UTC', mode: '5-or-6-parts' });
    return { after: (local) => calendar.nextRun(new Date(local))?.getTime() };
  } catch (error) {
    const says = error instanceof Error ? error.message.replace(/^CronPattern: /, '') : 'cannot be read';
    throw new BadExpression('format', `is not a cron expression: ${says.slice(0, 200)}`);
  }
}

const UNIT_MS = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 } as const;
const LONGEST_MS = 366 * 86_400_000;
/** Nothing is evaluated more often (ojs-cron §7.3). */
const SHORTEST_MS = 1_000;

/** `1h30m`, as Go writes durations. What is shorter than a second fires at those of its ends that are a second apart. */
function parseEvery(text: string): Expression {
  if (!/^(\d{1,9}(\.\d{1,3})?(h|ms|m|s))+$/.test(text)) {
    throw new BadExpression('format', 'after @every must be a duration of h, m, s and ms, such as 1h30m');
  }
  const parts = [...text.matchAll(/([\d.]+)(h|ms|m|s)/g)];
  const ms = Math.round(parts.reduce((sum, [, n, unit]) => sum + Number(n) * UNIT_MS[unit as keyof typeof UNIT_MS], 0));
  if (ms < 1 || ms > LONGEST_MS) throw new BadExpression('range', 'after @every must be at most 366 days, and not 0');
  return { everyMs: ms * Math.max(1, Math.ceil(SHORTEST_MS / ms)) };
}

/** @throws {BadExpression} */
export function parseExpression(text: string): Expression {
  const trimmed = text.trim();
  if (trimmed === '') throw new BadExpression('required', 'must not be empty');
  if (!trimmed.startsWith('@')) return parseCalendar(trimmed);
  const every = /^@every\s+(\S+)$/.exec(trimmed);
  if (every) return parseEvery(every[1] ?? '');
  const meant = NICKNAMES[trimmed.toLowerCase()];
  if (meant === undefined) {
    throw new BadExpression(
      'format',
      `must be one of ${Object.keys(NICKNAMES).join(', ')}, @every and a duration, or fields`,
    );
  }
  return parseCalendar(meant);
}

import { type Expression, parseExpression } from './expression.ts';
import { type TimeZone, timeZone } from './time-zone.ts';

/** The next firing. `gap`: a time of the schedule before it that the clock is put forward over, as the moment that it would have been. */
export interface Next {
  readonly at: number;
  readonly gap?: number;
}

/** What follows a firing. `missed`: the firings that should have been since, which it stands for as well. */
export interface Plan {
  readonly next: Next | undefined;
  readonly missed: number;
}

export interface Schedule {
  readonly expression: Expression;
  readonly zone: TimeZone;
}

const QUARTER = 900_000;
/** As far back as the clock is put anywhere, and more. */
const SET_BACK = 3 * 3_600_000;
/** More than a day without local time (Pacific/Apia 2011) and a quarter of an hour of seconds need. */
const MOST_TRIES = 2_000;
/** Missed firings are counted up to here. */
export const MOST_MISSED = 100;

/**
 * The latest local time that there was until this moment. Where the clock was put back, that is more than it shows now:
 * what lies between is over, and fires no more (ojs-cron §5.2). Clocks are put back at quarters of an hour.
 */
function latestLocal(zone: TimeZone, moment: number): number {
  let latest = zone.local(moment);
  const quarter = Math.floor(moment / QUARTER) * QUARTER;
  for (let past = quarter; past > quarter - SET_BACK; past -= QUARTER) {
    latest = Math.max(latest, zone.local(past - 1_000));
  }
  return latest;
}

/**
 * The first firing after this moment. A local time that there is twice fires the first time; one that there is not at all
 * does not fire (ojs-cron §5.2). Pure; undefined: never.
 */
export function nextAfter({ expression, zone }: Schedule, moment: number): Next | undefined {
  if ('everyMs' in expression) return { at: moment + expression.everyMs };
  let local = latestLocal(zone, moment);
  let gap: number | undefined;
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const wanted = expression.after(local);
    if (wanted === undefined) return undefined;
    const { at, exists } = zone.momentOf(wanted);
    if (exists && at > moment) return gap === undefined ? { at } : { at, gap };
    if (!exists) gap ??= at;
    // Where the time does not exist, nor do the others of this quarter of an hour.
    local = exists ? wanted : Math.floor(wanted / QUARTER) * QUARTER + QUARTER - 1_000;
  }
  return undefined;
}

/**
 * What follows a firing that was to be at `tick`, counted from then and not from when it came about, so that nothing drifts.
 * However much was missed, it fires once and goes on with the first moment that is still ahead (ojs-cron §7.3). Pure.
 */
export function planAfter(schedule: Schedule, tick: number, now: number): Plan {
  const { expression } = schedule;
  if ('everyMs' in expression) {
    const missed = Math.max(0, Math.floor((now - tick) / expression.everyMs));
    return { next: { at: tick + (missed + 1) * expression.everyMs }, missed: Math.min(missed, MOST_MISSED) };
  }
  let missed = 0;
  for (let next = nextAfter(schedule, tick); next && missed < MOST_MISSED; next = nextAfter(schedule, next.at)) {
    if (next.at > now) return { next, missed };
    missed++;
  }
  return { next: nextAfter(schedule, Math.max(tick, now)), missed };
}

/** Reads what a definition says. @throws {BadExpression} @throws {RangeError} when there is no such time zone */
export function scheduleOf(expression: string, zoneName: string): Schedule {
  const zone = timeZone(zoneName);
  if (zone === undefined) throw new RangeError(`there is no time zone ${zoneName}`);
  return { expression: parseExpression(expression), zone };
}

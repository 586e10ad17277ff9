import { z } from 'zod';

const TIMESTAMP = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/;
const DURATION = /^P(?!$)(?:(\d+)W)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;
const UNIT_MS = [604_800_000, 86_400_000, 3_600_000, 60_000, 1_000] as const;

/** Milliseconds since the epoch of an RFC 3339 timestamp with a time zone (ojs-core §5.5), or undefined when it is none. */
export function parseTimestamp(text: string): number | undefined {
  const match = TIMESTAMP.exec(text);
  if (!match) return undefined;
  const [, year, month, day] = match.map(Number) as [number, number, number, number];
  // Date.parse rolls 31 April over to 1 May; a schedule that moves by itself is worse than an error.
  if (month < 1 || month > 12 || day < 1 || day > new Date(Date.UTC(year, month, 0)).getUTCDate()) return undefined;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}

/**
 * Milliseconds of an ISO 8601 duration (ojs-retry §4), or undefined when it is none. Weeks to seconds;
 * years and months are refused because their length is not fixed.
 */
export function parseDuration(text: string): number | undefined {
  const match = DURATION.exec(text);
  if (!match) return undefined;
  const ms = UNIT_MS.reduce((sum, unit, i) => sum + Number(match[i + 1] ?? 0) * unit, 0);
  return Number.isSafeInteger(Math.round(ms)) ? Math.round(ms) : undefined;
}

/** A moment: an RFC 3339 timestamp, or `+` and an ISO 8601 duration counted from now. Undefined when it is neither. */
export function parseMoment(text: string, now: number): number | undefined {
  if (!text.startsWith('+')) return parseTimestamp(text);
  const ms = parseDuration(text.slice(1));
  return ms === undefined ? undefined : now + ms;
}

/** How the server writes a moment: RFC 3339 in UTC with milliseconds. */
export function formatTimestamp(ms: number): string {
  if (ms !== lastMs) {
    lastText = new Date(ms).toISOString();
    lastMs = ms;
  }
  return lastText;
}

/** Under load, many moments in a row are the same millisecond. */
let lastMs = Number.NaN;
let lastText = '';

export const Timestamp = z
  .string()
  .refine((text) => parseTimestamp(text) !== undefined, 'must be an RFC 3339 timestamp with a time zone')
  .meta({ id: 'Timestamp', format: 'date-time', example: '2026-02-12T10:30:00.000Z' });

export const Duration = z
  .string()
  .refine(
    (text) => parseDuration(text) !== undefined,
    'must be an ISO 8601 duration of weeks, days, hours, minutes or seconds',
  )
  .meta({ id: 'Duration', format: 'duration', example: 'PT1S' });

/** The latest moment that can be asked for, a hundred years from now: far enough for “never”, near enough to show a mistake. */
export const FARTHEST_MS = 100 * 365 * 86_400_000;

export const Moment = z
  .string()
  .refine(
    (text) => parseMoment(text, 0) !== undefined,
    'must be an RFC 3339 timestamp with a time zone, or + and an ISO 8601 duration',
  )
  .refine(
    (text) => (parseMoment(text, Date.now()) ?? 0) <= Date.now() + FARTHEST_MS,
    'must not be more than a hundred years ahead',
  )
  .meta({ id: 'Moment', example: '+PT5M' });

/** Local time of a time zone, told as the milliseconds that a clock of UTC would show the same with. */
export interface TimeZone {
  /** What the clock on the wall shows at this moment, whole seconds. */
  local(moment: number): number;
  /** The first moment at which the clock shows this; or, where it never does, when it would have if it had not been put forward. */
  momentOf(local: number): { readonly at: number; readonly exists: boolean };
}

const DAY = 86_400_000;
const UTC: TimeZone = { local: (moment) => moment, momentOf: (local) => ({ at: local, exists: true }) };

/**
 * `Area/Location` (IANA), and UTC. Offsets and abbreviations name no rules of daylight saving, and are refused (ojs-cron §5.1),
 * also those that the database has as links.
 */
const NAME = /^[A-Z][A-Za-z_]*(\/[A-Za-z0-9_+-]+){1,2}$/;

const known = new Map<string, TimeZone>();

function open(name: string): TimeZone {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: name,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  const local = (moment: number): number => {
    const [month = 1, day, year = 1970, hour, minute, second] = (format.format(moment).match(/\d+/g) ?? []).map(Number);
    return Date.UTC(year, month - 1, day, hour, minute, second);
  };
  const offset = (moment: number): number => local(moment) - Math.floor(moment / 1_000) * 1_000;
  const momentOf = (wanted: number): { at: number; exists: boolean } => {
    // No offset is longer than a day: one of these holds before a change on that day, the other after it.
    const before = offset(wanted - DAY);
    const after = offset(wanted + DAY);
    if (before === after) return { at: wanted - before, exists: true };
    const fitting = [wanted - before, wanted - after].filter((moment) => local(moment) === wanted);
    return fitting.length > 0 ? { at: Math.min(...fitting), exists: true } : { at: wanted - before, exists: false };
  };
  return { local, momentOf };
}

/**
 * The time zone of this name, or undefined where there is none. Names that exist are few, so they are remembered; in one way
 * of writing, since each can be written in thousands.
 */
export function timeZone(name: string): TimeZone | undefined {
  if (name === 'UTC') return UTC;
  if (!NAME.test(name)) return undefined;
  const key = name.toLowerCase();
  const found = known.get(key);
  if (found) return found;
  try {
    const zone = open(name);
    known.set(key, zone);
    return zone;
  } catch {
    return undefined;
  }
}

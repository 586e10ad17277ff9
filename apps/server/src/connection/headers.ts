/** What a request's raw headers say that Node's merged view hides: it keeps the first of several and drops the others. */
export interface HeaderFacts {
  /** A header that must come once and came twice: proxy and server could each believe another one. */
  readonly repeated: string | undefined;
  readonly authorizations: number;
}

const ONCE: ReadonlySet<string> = new Set([
  'host',
  'authorization',
  'content-type',
  'content-encoding',
  'content-length',
  'transfer-encoding',
  'expect',
  'ojs-version',
  'x-ojs-tenant',
  'x-ojs-tenant-id',
  'x-request-id',
  'dpop',
]);
const LENGTHS: ReadonlySet<number> = new Set([...ONCE].map((name) => name.length));

/** One pass over names and values in turn, as `IncomingMessage.rawHeaders` has them. */
export function inspectHeaders(raw: readonly string[]): HeaderFacts {
  let authorizations = 0;
  let repeated: string | undefined;
  const seen: string[] = [];
  for (let i = 0; i < raw.length; i += 2) {
    const written = raw[i] as string;
    if (!LENGTHS.has(written.length)) continue;
    const name = written.toLowerCase();
    if (!ONCE.has(name)) continue;
    if (name === 'authorization') authorizations++;
    if (seen.includes(name)) repeated ??= name;
    else seen.push(name);
  }
  return { repeated, authorizations };
}

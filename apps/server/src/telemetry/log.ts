import { type DestinationStream, pino } from 'pino';

/**
 * All that a log line may carry. There is no field for arguments, results, meta, headers or bodies, and a value is a number,
 * a boolean or text of ours: what cannot be written here cannot leak (security page: job arguments MUST NOT be logged in full).
 */
export interface LogFields {
  readonly request_id?: string;
  readonly method?: string;
  /** The matched route, never the URL. */
  readonly route?: string;
  readonly status?: number;
  readonly code?: string;
  readonly duration_ms?: number;
  readonly tenant?: string;
  readonly queue?: string;
  readonly job_id?: string;
  readonly job_type?: string;
  readonly principal?: string;
  readonly source_ip?: string;
  readonly url?: string;
  readonly plain_url?: string;
  readonly pid?: number;
  readonly version?: string;
  readonly count?: number;
  readonly file?: string;
  readonly signal?: string;
  /** Why, in words of ours: from a rule or a sentence in this code, never from a request. */
  readonly reason?: string;
  readonly credential?: string;
  /** Told by name, code and stack only; its message only where it is one of ours. */
  readonly err?: unknown;
}

/**
 * Only literals: a message that is put together could hold what was sent. (A record with keys of a type that is open, as
 * `string` and templates are, asks for no key at all.)
 */
type Literal<M extends string> = Record<never, never> extends Record<M, 1> ? never : M;

type Write = <const M extends string>(fields: LogFields, message: Literal<M>) => void;

export interface Log {
  readonly debug: Write;
  readonly info: Write;
  readonly warn: Write;
  readonly error: Write;
  readonly fatal: Write;
}

const FIELDS: readonly (keyof LogFields)[] = [
  ...(['request_id', 'method', 'route', 'status', 'code', 'duration_ms', 'tenant', 'queue', 'job_id'] as const),
  ...([
    'job_type',
    'principal',
    'source_ip',
    'url',
    'plain_url',
    'pid',
    'version',
    'count',
    'file',
    'signal',
    'reason',
    'credential',
  ] as const),
];
const MAX_CHARS = 512;

/** Errors whose messages we wrote ourselves, without anything that was sent. */
export type Trusted = (error: Error) => boolean;

/** What a log says of an error. Foreign messages are left out: drivers and parsers quote what they were given. */
export function errorFields(error: unknown, trusted: Trusted): Record<string, string> {
  if (!(error instanceof Error)) return { type: typeof error };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return {
    type: error.name,
    ...(code !== undefined && { code }),
    ...(trusted(error) && { message: error.message }),
    backtrace: frames.join('\n'),
  };
}

/** What a line says of a job stands together (ojs-logging §5.3). */
const OF_JOB: Readonly<Record<string, true>> = { job_id: true, job_type: true, queue: true };

/** OpenTelemetry's numbers (ojs-logging §5.4). */
const SEVERITY: Readonly<Record<string, number>> = { trace: 1, debug: 5, info: 9, warn: 13, error: 17, fatal: 21 };

function pick(fields: LogFields, trusted: Trusted): Record<string, unknown> {
  const line: Record<string, unknown> = {};
  const ojs: Record<string, unknown> = {};
  for (const name of FIELDS) {
    const value = fields[name];
    const told = typeof value === 'string' ? value.slice(0, MAX_CHARS) : value;
    if (typeof told === 'string' || typeof told === 'number') (OF_JOB[name] ? ojs : line)[name] = told;
  }
  if (Object.keys(ojs).length > 0) line.ojs = ojs;
  if (fields.err !== undefined) line.error = errorFields(fields.err, trusted);
  return line;
}

/** For modules whose messages are whole sentences of their own, put together from names and rules only. */
export interface SentenceLog {
  info(fields: object, sentence: string): void;
  warn(fields: object, sentence: string): void;
  error(fields: object, sentence: string): void;
}

/** Structured logs as JSON lines in the form of ojs-logging §5 (pino). Whatever an object carries beyond {@link LogFields} is dropped, not printed. */
export function createLog(
  level: string,
  trusted: Trusted,
  destination?: DestinationStream,
): Log & { readonly sentences: SentenceLog } {
  const options = {
    level,
    base: { component: 'server', pid: process.pid },
    messageKey: 'message',
    timestamp: () => `,"timestamp":"${new Date().toISOString()}"`,
    formatters: {
      level: (label: string) => ({ severity: label.toUpperCase(), severity_number: SEVERITY[label] }),
    },
  };
  const logger = destination ? pino(options, destination) : pino(options);
  const write = (name: 'debug' | 'info' | 'warn' | 'error' | 'fatal') => (fields: object, message: string) => {
    if (logger.isLevelEnabled(name)) logger[name](pick(fields, trusted), message);
  };
  const sentences = { info: write('info'), warn: write('warn'), error: write('error') };
  return { ...sentences, debug: write('debug'), fatal: write('fatal'), sentences };
}

import { formatTimestamp, HISTORY, type JobError, type JobErrorReport } from '@ojs/schema';

const DETAILS_BYTES = 65_536;
/** Of a type or code; the schema bounds those that are sent as such. */
const NAME_CHARS = 255;

function trimBacktrace(lines: readonly string[]): string[] {
  const kept: string[] = [];
  let chars = 0;
  for (const line of lines.slice(0, HISTORY.backtraceFrames)) {
    chars += line.length;
    if (chars > HISTORY.backtraceChars) break;
    kept.push(line);
  }
  return kept;
}

/** The error as it is kept: with a `type` and a `code` whichever was sent, its sizes bounded (ojs-core §8.1). */
export function jobErrorOf(report: JobErrorReport, attempt: number, now: number): JobError {
  const errorClass = report.details?.error_class;
  const type =
    report.type ?? (typeof errorClass === 'string' ? errorClass.slice(0, NAME_CHARS) : report.code) ?? 'error';
  const details = report.details && JSON.stringify(report.details).length <= DETAILS_BYTES ? report.details : undefined;
  return {
    type,
    code: report.code ?? type,
    message: report.message,
    attempt,
    occurred_at: formatTimestamp(now),
    ...(report.retryable === undefined ? {} : { retryable: report.retryable }),
    ...(details ? { details } : {}),
    ...(report.backtrace ? { backtrace: trimBacktrace(report.backtrace) } : {}),
  };
}

/** The history with one more error; the oldest give way. */
export const appendError = (history: readonly JobError[], error: JobError): JobError[] =>
  [...history, error].slice(-HISTORY.errors);

import { type JobErrorReport, OjsValidationError } from '@ojs/client';
import { NonRetryableError } from './worker-errors.ts';

/** ojs-core §8.1. */
const BACKTRACE_FRAMES = 50;
const BACKTRACE_CHARS = 10_000;
const MESSAGE_CHARS = 8_192;
const TYPE_CHARS = 255;

/** What the server is told about a failed attempt (http-binding §10.3). Codes of our own: `handler_error`, `timeout`, … */
export function errorReport(error: unknown, code = 'handler_error'): JobErrorReport {
  try {
    return read(error, code);
  } catch {
    // Whatever was thrown, its job must be told of: one that is not stays active for as long as this worker lives.
    return { code, type: 'Error', message: 'What was thrown could not be read' };
  }
}

function read(error: unknown, code: string): JobErrorReport {
  const type = String(errorClass(error)).slice(0, TYPE_CHARS);
  const backtrace = backtraceOf(error);
  return {
    code,
    type,
    message: messageOf(error).slice(0, MESSAGE_CHARS),
    ...(error instanceof NonRetryableError && { retryable: false }),
    details: { error_class: type },
    ...(backtrace.length > 0 && { backtrace }),
  };
}

/**
 * Arguments or a result that do not fit will not fit next time either. Only the places are told: a schema library may
 * repeat values in its messages, and those may be secrets.
 */
export function misfitReport(error: OjsValidationError): JobErrorReport {
  return {
    code: error.code,
    type: error.name,
    message: messageOf(error).slice(0, MESSAGE_CHARS),
    retryable: false,
    details: { error_class: error.name, paths: error.places },
  };
}

function errorClass(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  return error.name && error.name !== 'Error' ? error.name : error.constructor.name || 'Error';
}

function messageOf(error: unknown): string {
  // Also where a handler enqueued something that does not fit: not the library's words.
  if (error instanceof OjsValidationError) return error.summary;
  return String(error instanceof Error ? error.message : error);
}

function backtraceOf(error: unknown): string[] {
  const stack = error instanceof Error && typeof error.stack === 'string' ? error.stack : '';
  const frames = stack.split('\n').filter((line) => line.startsWith('    at '));
  let room = BACKTRACE_CHARS;
  return frames
    .slice(0, BACKTRACE_FRAMES)
    .map((frame) => frame.trim())
    .filter((frame) => {
      room -= frame.length;
      return room >= 0;
    });
}

import { ERROR_CODES, type ErrorCode } from '@ojs/schema';

/** What an answer says beyond code and message. */
export interface RefusalDetail {
  /** Another status than the code's own, where HTTP has a better word (417, 422). */
  readonly status?: number;
  readonly type?: 'validation_error';
  readonly hint?: string;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * A request that is refused, in the words of the answer. The message is shown to the caller and may be logged: it names
 * fields and rules, never values that were sent.
 */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: ErrorCode;
  readonly detail: RefusalDetail;

  constructor(code: ErrorCode, message: string, detail: RefusalDetail = {}) {
    super(message);
    this.code = code;
    this.detail = detail;
  }

  get status(): number {
    return this.detail.status ?? ERROR_CODES[this.code].status;
  }
}

/** The stack of a refusal is never looked at, and drawing it costs more than the refusal. */
export function refuse(code: ErrorCode, message: string, detail?: RefusalDetail): Refusal {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return new Refusal(code, message, detail);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

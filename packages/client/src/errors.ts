/** What an {@link OjsError} knows beside its message. Never a credential, never a job's arguments. */
export interface OjsErrorInfo {
  /** The server's code (`permission_denied`, `duplicate`, …), or one of the SDK's own such as `connection_failed`. */
  code: string;
  /** Whether the same call may succeed later. Default false. */
  retryable?: boolean;
  /** HTTP status, where the server answered. */
  status?: number | undefined;
  /** What to search for in the server's log. */
  requestId?: string | undefined;
  /** The server's advice what to do next. */
  hint?: string | undefined;
  details?: Readonly<Record<string, unknown>> | undefined;
  /** Operation of the API, as its OpenAPI document names it (`enqueueJob`). */
  operation?: string | undefined;
  jobId?: string | undefined;
  /** How long the server asked to wait, in milliseconds. */
  retryAfterMs?: number | undefined;
  cause?: unknown;
}

/** The server said no. Every other error of the SDKs inherits from it (ojs-sdk-guidelines §8.1). */
export class OjsError extends Error {
  readonly code: string;
  readonly retryable: boolean;
  readonly status: number | undefined;
  readonly requestId: string | undefined;
  readonly hint: string | undefined;
  readonly details: Readonly<Record<string, unknown>> | undefined;
  readonly operation: string | undefined;
  readonly jobId: string | undefined;
  readonly retryAfterMs: number | undefined;
  /** How often it was tried. More than once: an earlier try may have had an effect although its answer was lost. */
  attempts = 1;

  constructor(message: string, info: OjsErrorInfo) {
    super(message, info.cause === undefined ? undefined : { cause: info.cause });
    this.code = info.code;
    this.retryable = info.retryable ?? false;
    this.status = info.status;
    this.requestId = info.requestId;
    this.hint = info.hint;
    this.details = info.details;
    this.operation = info.operation;
    this.jobId = info.jobId;
    this.retryAfterMs = info.retryAfterMs;
  }

  override get name(): string {
    return this.constructor.name;
  }
}

/**
 * The server could not be reached, or did not answer as an OJS server does. Codes: `connection_failed`, `timeout`,
 * `certificate_refused`, `redirect_refused`, `answer_too_large`, `invalid_answer`, `closed`.
 */
export class OjsConnectionError extends OjsError {}

/** No credential could be obtained: who gives them said no, or was not there. Codes `credential_refused`, `credential_unavailable`. */
export class OjsCredentialError extends OjsError {
  /** @param isPassing whether the next try may succeed */
  constructor(message: string, isPassing: boolean) {
    super(message, { code: isPassing ? 'credential_unavailable' : 'credential_refused', retryable: isPassing });
  }
}

/** A setting is missing or not allowed. Code `invalid_configuration`. */
export class OjsConfigurationError extends OjsError {
  constructor(message: string, cause?: unknown) {
    super(message, { code: 'invalid_configuration', cause });
  }
}

/** One rule that a value broke. */
export interface Issue {
  /** Where, as in `args/0/to`. */
  path: string;
  /** The words of the schema library. */
  message: string;
}

/** A value did not fit its schema or a rule, found before anything was sent. Code `invalid_payload` or `invalid_result`. */
export class OjsValidationError extends OjsError {
  readonly issues: readonly Issue[];

  constructor(subject: string, issues: readonly Issue[], code = 'invalid_payload') {
    super(`${subject}: ${issues.map(({ path, message }) => `${path}: ${message}`).join('; ')}`, { code });
    this.issues = issues;
  }

  /** Where it does not fit, at most 20 places. */
  get places(): string[] {
    return [...new Set(this.issues.map(({ path }) => path))].slice(0, 20);
  }

  /**
   * What may be told where others read it (a report, a trace): only the places. The message has the words of a schema library,
   * which may repeat values, and those may be secrets.
   */
  get summary(): string {
    return `Does not fit the schema: ${this.places.join(', ')}`;
  }
}

/** What was waited for did not happen in time; it may still. Code `timeout`. */
export class OjsTimeoutError extends OjsError {
  constructor(message: string, jobId?: string) {
    super(message, { code: 'timeout', retryable: true, jobId });
  }
}

import { OjsConnectionError, OjsError, type OjsErrorInfo } from './errors.ts';
import type { RawAnswer } from './exchange.ts';
import { retryAfterMs } from './retry.ts';

const MESSAGE_CHARS = 2_000;

/** The error of an answer; what it has is for us to check. */
export type ErrorFields = Partial<{
  code: unknown;
  message: unknown;
  retryable: unknown;
  hint: unknown;
  details: unknown;
  request_id: unknown;
}>;

/**
 * The value of a good answer.
 *
 * @param token the credential that was sent, which no error may repeat even if the other side does
 * @param hasErrors whether a good answer holds errors too: then the same is true of it
 * @throws {OjsError} what the server said, {@link OjsConnectionError} when it does not speak OJS
 */
export function readAnswer(
  answer: RawAnswer,
  operation: string,
  token: string | undefined,
  hasErrors = false,
): unknown {
  const { status, body } = answer;
  if (status >= 200 && status < 300)
    return status === 204 ? {} : parse(hasErrors ? redacted(body, token) : body, operation);
  if (status >= 300 && status < 400)
    throw new OjsConnectionError(
      `The server answered with a redirect (${status}), which is not followed: set \`url\` to the final address`,
      { code: 'redirect_refused', status, operation },
    );
  throw refusal(answer, operation, token);
}

function parse(body: string, operation: string): unknown {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // Said below, without the body: it is not ours to show.
  }
  throw new OjsConnectionError('The answer is not JSON: is `url` the address of an OJS server?', {
    code: 'invalid_answer',
    operation,
  });
}

/** The text without a secret that the other side may repeat. */
export const redacted = (body: string, token: string | undefined): string =>
  token ? body.replaceAll(token, '[redacted]') : body;

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value ? value.slice(0, MESSAGE_CHARS) : undefined;

function refusal({ status, headers, body }: RawAnswer, operation: string, token: string | undefined): OjsError {
  const fields = errorFields(redacted(body, token));
  return refusalOf(fields, {
    status,
    operation,
    requestId: textOf(headers['x-request-id']),
    retryAfterMs: retryAfterMs(textOf(headers['retry-after']), Date.now()),
  });
}

/** What the server says no with, as an error. */
export function refusalOf(fields: ErrorFields, about: Omit<OjsErrorInfo, 'code'>): OjsError {
  const hint = textOf(fields.hint);
  const message = textOf(fields.message) ?? `The server answered ${about.status}`;
  return new OjsError(hint ? `${message.replace(/\.$/, '')}. ${hint}` : message, {
    ...about,
    code: textOf(fields.code) ?? `http_${about.status}`,
    retryable: fields.retryable === true,
    hint,
    requestId: textOf(fields.request_id) ?? about.requestId,
    details:
      typeof fields.details === 'object' && fields.details ? (fields.details as Record<string, unknown>) : undefined,
  });
}

/** The error of an answer, or nothing where it is not in OJS format (a proxy's page, say). */
function errorFields(body: string): ErrorFields {
  try {
    const { error } = JSON.parse(body) as { error?: unknown };
    return typeof error === 'object' && error !== null ? error : {};
  } catch {
    return {};
  }
}

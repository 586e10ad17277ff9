import { ERROR_CODES, type ErrorBody } from '@ojs/schema';
import type { Refusal } from './refusal.ts';

const DOCS_URL = 'https://openjobspec.org/spec/http-binding#error-handling';

/** The body of an answer that refuses (http-binding §16.1). */
export function errorBody(refusal: Refusal, requestId: string): { error: ErrorBody } {
  const { code, message, detail } = refusal;
  return {
    error: {
      code,
      message,
      retryable: ERROR_CODES[code].retryable,
      ...(detail.type && { type: detail.type }),
      ...(detail.hint && { hint: detail.hint, docs_url: DOCS_URL }),
      ...(detail.details && { details: { ...detail.details } }),
      request_id: requestId,
    },
  };
}

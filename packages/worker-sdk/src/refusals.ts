import {
  type AckBatchResult,
  type AckRequest,
  isTransient,
  OjsConnectionError,
  OjsError,
  OjsValidationError,
  refusalOf,
} from '@ojs/client';

/** Nobody holds the lease any more, or it is held by somebody else. */
export const isGone = (error: unknown): boolean =>
  error instanceof OjsError && (error.status === 409 || error.status === 404);

/** Also a refused credential or permission: an operator can mend it while the lease still runs. */
export const isPassing = (error: unknown): boolean =>
  isTransient(error) || (error instanceof OjsError && (error.status === 401 || error.status === 403));

/** Whether one ack may be to blame for what a whole request was refused with: then nothing of it was done. */
export const isOfOne = (error: unknown): boolean =>
  error instanceof OjsValidationError ||
  (error instanceof OjsError && isClientError(error.status) && !isPassing(error));

const isClientError = (status = 0): boolean => (status >= 400 && status < 500) || status === 501;

/** The statuses that a single ack would have been refused with. */
const STATUS: ReadonlyMap<string, number> = new Map([
  ['unauthenticated', 401],
  ['permission_denied', 403],
  ['not_found', 404],
  ['conflict', 409],
  ['payload_too_large', 413],
]);

/** Why an ack of a batch was refused; undefined when it was not. */
export function refusedAck({ job_id }: AckRequest, result: AckBatchResult | undefined): OjsError | undefined {
  const about = { operation: 'ackJobs', jobId: job_id };
  if (result?.job_id !== job_id || (!result.acknowledged && !result.error))
    // It may have been done all the same: to be asked again.
    return new OjsConnectionError('The answer does not say what became of the ack', {
      ...about,
      code: 'invalid_answer',
      retryable: true,
    });
  if (result.acknowledged) return undefined;
  return refusalOf(result.error, { ...about, status: STATUS.get(result.error.code) ?? 500 });
}

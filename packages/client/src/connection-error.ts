import { OjsConnectionError, OjsError } from './errors.ts';

/** Codes of Node.js and OpenSSL that mean: this certificate is not to be trusted. */
const CERTIFICATE =
  /^(ERR_TLS_CERT|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_(GET|VERIFY|DECRYPT|DECODE)|HOSTNAME_MISMATCH|INVALID_(CA|PURPOSE)|PATH_LENGTH_)/;

/** Whether Node or OpenSSL refused the certificate of the other side. */
export const isCertificateProblem = (code: string): boolean => CERTIFICATE.test(code);

/** Codes of undici that mean: we closed it ourselves. */
const CLOSED = new Set(['UND_ERR_CLOSED', 'UND_ERR_DESTROYED']);

/** What went wrong below HTTP, in words that say what to do. Errors of ours, and a caller's own abort, pass unchanged. */
export function connectionError(origin: string, error: unknown, signal?: AbortSignal): unknown {
  if (error instanceof OjsError || (signal?.aborted && error === signal.reason)) return error;
  const code = codeOf(error);
  if (isCertificateProblem(code))
    return new OjsConnectionError(
      `The certificate of ${origin} was refused (${code}). If an authority of your own issued it, pass its certificate as \`ca\` or name its file in OJS_CA_FILE; if the name is wrong, use the name that the certificate is for`,
      { code: 'certificate_refused', cause: error },
    );
  if (code === 'ERR_OJS_PIN')
    return new OjsConnectionError(
      `The certificate of ${origin} holds none of the pinned keys. If the server has a new key, pin it too before it is used`,
      { code: 'certificate_refused', cause: error },
    );
  if (CLOSED.has(code)) return new OjsConnectionError('This client was closed', { code: 'closed', cause: error });
  return new OjsConnectionError(`No connection to ${origin} (${code}). Is the server up, and is \`url\` right?`, {
    code: 'connection_failed',
    retryable: true,
    cause: error,
  });
}

function codeOf(error: unknown): string {
  const { code, errors } = error as { code?: unknown; errors?: unknown[] };
  if (typeof code === 'string') return code;
  return Array.isArray(errors) && errors.length > 0 ? codeOf(errors[0]) : 'unknown error';
}

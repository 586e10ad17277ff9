import { Refusal } from '../connection/refusal.ts';
import { CannotIssue } from '../identity/tokens/issue.ts';
import { invalidClient, OAuthError } from '../identity/tokens/oauth-error.ts';
import { refusedIssue } from '../identity/tokens/request.ts';
import type { Ask } from './ask.ts';
import { asRefusal } from './refusals.ts';
import type { Answer } from './route.ts';

/** Answers in the words and the media type of OAuth 2.0, also where the request is refused. */
export async function answerOAuth(ask: Ask, work: () => Promise<unknown>): Promise<Answer> {
  const told = ask.failures;
  try {
    const body = await work();
    return { respond: (reply, answers) => answers.json(reply, 200, body) };
  } catch (error) {
    const refused = asOAuthError(ask, error);
    // A credential or proof that was not accepted has a record of its own, which says why.
    if (ask.failures === told) {
      const { code: error_code, message: reason } = refused;
      ask.record('token.refused', 'failure', { operation: ask.operation.id, error: error_code, reason });
    }
    return { respond: (reply, answers) => answers.json(reply, refused.status, refused.body, refused.headers) };
  }
}

function asOAuthError(ask: Ask, error: unknown): OAuthError {
  if (error instanceof OAuthError) return error;
  if (error instanceof CannotIssue) return refusedIssue(error);
  const refusal = asRefusal(error);
  const { status, message, detail } = refusal;
  if (refusal.code === 'unauthenticated') return invalidClient(ask.services.identity.challenge());
  const headers = detail.headers ?? {};
  if (status === 429 || status === 503) return new OAuthError('temporarily_unavailable', message, { status, headers });
  if (!(error instanceof Refusal) && status === 500) {
    ask.services.log.error({ request_id: ask.request.id, route: ask.operation.id, err: error }, 'request failed');
    return new OAuthError('server_error', message, { status });
  }
  return new OAuthError('invalid_request', message, { status: status === 403 ? 403 : 400 });
}

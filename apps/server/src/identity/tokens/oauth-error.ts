/** RFC 6749 §5.2, RFC 8693 §2.2.2, and `temporarily_unavailable` as RFC 6749 §4.1.2.1 has it. */
export type OAuthCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'unauthorized_client'
  | 'unsupported_grant_type'
  | 'unsupported_token_type'
  | 'invalid_scope'
  | 'invalid_target'
  | 'temporarily_unavailable'
  | 'server_error';

export interface OAuthDetail {
  /** Default: 400. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request of OAuth that is refused, in its words. The message is shown: it names parameters and rules, never values. */
export class OAuthError extends Error {
  override readonly name = 'OAuthError';
  readonly code: OAuthCode;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: OAuthCode, message: string, { status = 400, headers = {} }: OAuthDetail = {}) {
    super(message);
    this.code = code;
    this.status = status;
    this.headers = headers;
  }

  /** Only the characters that RFC 6749 §5.2 allows. */
  get body(): { error: string; error_description: string } {
    return { error: this.code, error_description: this.message.replaceAll(/[^\x20-\x21\x23-\x5b\x5d-\x7e]/g, "'") };
  }
}

/** One answer for every client and credential that is not accepted: why is in the audit log. */
export const invalidClient = (challenge: string): OAuthError =>
  new OAuthError('invalid_client', 'the client or credential is not accepted', {
    status: 401,
    headers: { 'WWW-Authenticate': challenge },
  });

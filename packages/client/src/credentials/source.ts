import { OjsConfigurationError } from '../errors.ts';

/** What a credential may know when it is asked. */
export interface Asked {
  /**
   * True when the server has just refused (401) what the last call returned; the request is repeated once if another
   * value comes back.
   */
  readonly rejected: boolean;
  /** The request that the credential is for; absent where nothing is sent yet. */
  readonly request?: { readonly method: string; readonly url: string };
  /** A token that came of what this credential gave, and is bound to the same key: it is to be presented instead. */
  readonly instead?: string;
  /** The worker that asks, where one does. */
  readonly workerId?: string;
  /**
   * Sends a request of the credential's own to the same server over the same connections: to exchange what it has for a token.
   * Absent where there is no client.
   */
  readonly post?: (path: string, request: PostRequest) => Promise<{ readonly status: number; readonly body: string }>;
}

export interface PostRequest {
  /** Value of the Authorization header. */
  readonly authorization: string;
  /** Others. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly contentType: string;
  readonly body: string;
  /** Makes the header `DPoP` for the URL of the request. */
  readonly proof?: ((method: string, url: string) => string) | undefined;
}

/** Headers that say who is asking, where a bearer token is not enough (DPoP). */
export interface CredentialHeaders {
  readonly authorization: string;
  readonly dpop: string;
}

/**
 * A credential is asked for when a request needs one, so that rotation needs no machinery. It answers with a token, which is
 * sent as `Authorization: Bearer`; with headers; or with undefined, where the client certificate says enough.
 */
export type CredentialSource = (asked: Asked) => Presented | Promise<Presented>;

export type Presented = string | CredentialHeaders | undefined;

/** An API key or token, or where to get it. */
export type Credential = string | CredentialSource;

/** RFC 6750 §2.1, and nothing that could end a header. */
const TOKEN = /^[\x21-\x7e]{1,8192}$/;

/** @throws {OjsConfigurationError} when it cannot be sent in a header; never repeating it */
export function checkToken(token: string, what: string): string {
  if (typeof token === 'string' && TOKEN.test(token)) return token;
  throw new OjsConfigurationError(`${what} is empty or not a single token of printable ASCII characters`);
}

/** The headers of what a credential answered. @throws {OjsConfigurationError} */
export function headersOf(presented: Presented): Record<string, string> {
  if (presented === undefined) return {};
  if (typeof presented === 'string') return { authorization: `Bearer ${checkToken(presented, 'The credential')}` };
  const { authorization, dpop } = presented;
  const [scheme, token = ''] = authorization.split(' ');
  if (scheme !== 'DPoP') throw new OjsConfigurationError('A credential with a proof must use the scheme DPoP');
  checkToken(token, 'The credential');
  return { authorization, dpop: checkToken(dpop, 'The proof of the credential') };
}

/** The secret part of what is sent, which no error may repeat. */
export const tokenOf = ({ authorization }: { readonly authorization?: string }): string | undefined =>
  authorization?.split(' ')[1];

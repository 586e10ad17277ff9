import * as oauth from 'oauth4webapi';
import { Agent, fetch, type RequestInit } from 'undici';
import { readAuthority } from '../authority.ts';
import { isCertificateProblem } from '../connection-error.ts';
import { OjsConfigurationError, OjsCredentialError, OjsError } from '../errors.ts';
import { type ClientCertificate, connector } from '../tls.ts';
import { createDpopKey, type DpopKey, dpop } from './dpop.ts';
import { type PrivateKey, signingKey } from './private-key.ts';
import { type Obtained, renewing } from './renewing.ts';
import { type CredentialSource, checkToken } from './source.ts';
import type { StoredSource } from './stored.ts';

/** Whom to ask for a token, and how to prove who asks. */
export interface ClientCredentialsOptions {
  /** The authorization server; its metadata say where its token endpoint is (RFC 8414, OpenID Connect Discovery). */
  issuer?: string;
  /** Or the token endpoint itself. */
  tokenUrl?: string;
  clientId: string;
  /** `client_secret_basic`: the secret, or where it is kept (`fromFile`, `fromEnvironment`). */
  clientSecret?: string | StoredSource;
  /** `private_key_jwt` (RFC 7523). */
  privateKey?: PrivateKey;
  /** `tls_client_auth` (RFC 8705): alone, or to bind the token to it. */
  certificate?: ClientCertificate;
  scope?: string;
  /** RFC 8707. */
  resource?: string;
  /** As some authorization servers call the resource. */
  audience?: string;
  /** Binds the token to a key of this process (RFC 9449), so that it is worthless elsewhere. Default false. */
  dpop?: boolean;
  /** PEM text or the path of a PEM file: whom to trust instead of the public authorities. */
  ca?: string;
  /** For one request to the authorization server, in milliseconds. Default 10,000. */
  timeoutMs?: number;
}

const ANSWER_BYTES = 256 * 1024;
const LOOPBACK = /^(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])$/;

/**
 * OAuth 2.0 client credentials (RFC 6749 §4.4): the token is obtained when first needed, once for all who ask, and renewed ahead of
 * its end. Redirects are not followed; nothing that the other side answers is repeated in an error.
 *
 * @throws {OjsConfigurationError} when an option is missing or not allowed
 */
export function clientCredentials(options: ClientCredentialsOptions): CredentialSource {
  const { clientId, timeoutMs = 10_000 } = options;
  const endpoint = endpointOf(options);
  const [one, ...more] = [options.clientSecret, options.privateKey].filter((each) => each !== undefined);
  if (more.length > 0 || (one === undefined && options.certificate === undefined))
    throw new OjsConfigurationError('Give one of `clientSecret` and `privateKey`, or `certificate` alone');
  checkToken(clientId, '`clientId`');
  const key = options.dpop ? createDpopKey() : undefined;
  const send = sender(options, key);
  const http = {
    [oauth.customFetch]: send,
    [oauth.allowInsecureRequests]: endpoint.protocol === 'http:',
    signal: () => AbortSignal.timeout(timeoutMs),
  };
  const client: oauth.Client = { client_id: clientId };
  let server: Promise<oauth.AuthorizationServer> | undefined;

  const obtain = async (): Promise<Obtained> => {
    try {
      server ??= options.tokenUrl === undefined ? discover(endpoint, http) : known(endpoint);
      const as = await server;
      const answer = await oauth.clientCredentialsGrantRequest(
        as,
        client,
        await authenticationOf(options),
        parametersOf(options),
        http,
      );
      return obtainedFrom(await oauth.processClientCredentialsResponse(as, client, answer), key !== undefined);
    } catch (error) {
      server = undefined;
      throw failureOf(error);
    }
  };
  const token = renewing(obtain);
  return key === undefined ? token : dpop(token, key);
}

function endpointOf({ issuer, tokenUrl }: ClientCredentialsOptions): URL {
  const text = tokenUrl ?? issuer;
  if (text === undefined || (issuer !== undefined && tokenUrl !== undefined) || !URL.canParse(text))
    throw new OjsConfigurationError('Give `issuer` or `tokenUrl`: the https:// URL of the authorization server');
  const url = new URL(text);
  const plain = url.protocol === 'http:' && LOOPBACK.test(url.hostname);
  if ((url.protocol !== 'https:' && !plain) || url.username || url.password)
    throw new OjsConfigurationError(
      'The authorization server must be asked over https:// (plain http to the loopback only)',
    );
  return url;
}

const known = async (tokenUrl: URL): Promise<oauth.AuthorizationServer> => ({
  issuer: tokenUrl.origin,
  token_endpoint: tokenUrl.href,
});

async function discover(issuer: URL, http: oauth.DiscoveryRequestOptions): Promise<oauth.AuthorizationServer> {
  const ask = async (algorithm: 'oauth2' | 'oidc'): Promise<oauth.AuthorizationServer> =>
    oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { ...http, algorithm }));
  return ask('oauth2').catch(() => ask('oidc'));
}

async function authenticationOf({ clientSecret, privateKey }: ClientCredentialsOptions): Promise<oauth.ClientAuth> {
  if (privateKey !== undefined) return oauth.PrivateKeyJwt(await signingKey(privateKey));
  if (clientSecret === undefined) return oauth.TlsClientAuth();
  return oauth.ClientSecretBasic(typeof clientSecret === 'string' ? clientSecret : await clientSecret());
}

function parametersOf({ scope, resource, audience }: ClientCredentialsOptions): Record<string, string> {
  return { ...(scope && { scope }), ...(resource && { resource }), ...(audience && { audience }) };
}

function obtainedFrom(answer: oauth.TokenEndpointResponse, isBound: boolean): Obtained {
  const { access_token, token_type, expires_in } = answer;
  if (token_type.toLowerCase() !== (isBound ? 'dpop' : 'bearer'))
    throw refused('a token of another type than asked for');
  if (expires_in === undefined) throw refused('a token that does not say when it ends');
  return { token: checkToken(access_token, 'The access token'), expiresInMs: expires_in * 1_000 };
}

/** Sends to the authorization server and nowhere else; with a proof where there is a key. */
function sender(
  { ca, certificate }: ClientCredentialsOptions,
  key: DpopKey | undefined,
): (url: string, options: oauth.CustomFetchOptions<string, URLSearchParams | undefined>) => Promise<Response> {
  const agent = new Agent({
    connect: connector({ ca: readAuthority(ca), certificate }),
    maxResponseSize: ANSWER_BYTES,
    keepAliveTimeout: 1_000,
    allowH2: false,
  });
  const once = async (url: string, init: RequestInit, nonce?: string): Promise<Response> => {
    const headers = { ...(init.headers as Record<string, string>) };
    if (key !== undefined) headers.dpop = key.proof(init.method ?? 'GET', url, { nonce });
    return (await fetch(url, { ...init, headers, redirect: 'manual', dispatcher: agent })) as unknown as Response;
  };
  return async (url, { method, headers, body, signal }) => {
    const init: RequestInit = { method, headers, body: body?.toString() ?? null, signal: signal ?? null };
    const answer = await once(url, init);
    // RFC 9449 §8: the authorization server asks for proofs with its nonce.
    const nonce = answer.headers.get('dpop-nonce');
    const isAsked = key !== undefined && nonce !== null && answer.status === 400;
    return isAsked ? once(url, init, nonce) : answer;
  };
}

const refused = (what: string): OjsCredentialError =>
  new OjsCredentialError(`The authorization server answered with ${what}`, false);

/** What went wrong, in our words: an answer may hold anything, the secret that was sent included. */
function failureOf(error: unknown): OjsError {
  if (error instanceof OjsError) return error;
  if (error instanceof oauth.ResponseBodyError) {
    const code = /^[a-z_]{1,40}$/.test(error.error) ? error.error : 'an error';
    const isOver = error.status === 429 || error.status >= 500;
    return new OjsCredentialError(`The authorization server refused to give a token (${code})`, isOver);
  }
  if (error instanceof oauth.WWWAuthenticateChallengeError)
    return new OjsCredentialError(
      'The authorization server refused the client (401): check `clientId`, and its secret, key or certificate',
      false,
    );
  if (error instanceof oauth.OperationProcessingError) {
    const { status } = Object(error.cause) as { status?: unknown };
    const isOver = typeof status === 'number' && (status === 429 || status >= 500);
    return new OjsCredentialError(
      `The authorization server’s answer is not what it must be (${error.code}): check \`issuer\` or \`tokenUrl\``,
      isOver,
    );
  }
  const { code } = ((error as Error).cause ?? error) as { code?: unknown };
  const why = typeof code === 'string' ? code : (error as Error).name;
  const next = isCertificateProblem(why)
    ? ': its certificate is refused; an authority of your own is the `ca` of `clientCredentials`'
    : '';
  return new OjsCredentialError(`The authorization server cannot be reached (${why})${next}`, true);
}

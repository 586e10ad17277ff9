import { PERMISSIONS } from '@ojs/schema';
import { PROOF_ALGORITHMS } from '../binding/proof-key.ts';
import { ASSERTION_ALGORITHMS } from '../oauth-clients/assertion.ts';
import { CLIENT_CREDENTIALS, EXCHANGE } from './request.ts';
import type { TokenSettings } from './settings.ts';

/** Where clients ask for tokens, for those who know the issuer. */
const tokenEndpointOf = (issuer: string): string => `${issuer}/ojs/v1/auth/token`;

/** Whom the assertion of a client must be for (RFC 7523 §3); empty where nobody said under which URL this server is reached. */
export const audiencesOf = ({ issuer }: TokenSettings): readonly string[] =>
  issuer === undefined ? [] : [issuer, tokenEndpointOf(issuer)];

const SCOPES = PERMISSIONS.map((permission) => `ojs:${permission}`);
const METHODS = ['client_secret_basic', 'private_key_jwt', 'tls_client_auth'];

/** What the token endpoint can do (RFC 8414 §2); undefined where nobody said under which URL it is reached. */
export function serverMetadata({ issuer }: TokenSettings): Readonly<Record<string, unknown>> | undefined {
  if (issuer === undefined) return undefined;
  return {
    issuer,
    token_endpoint: tokenEndpointOf(issuer),
    revocation_endpoint: `${issuer}/ojs/v1/auth/revoke`,
    jwks_uri: `${issuer}/ojs/v1/auth/jwks`,
    grant_types_supported: [CLIENT_CREDENTIALS, EXCHANGE],
    response_types_supported: [],
    scopes_supported: SCOPES,
    token_endpoint_auth_methods_supported: METHODS,
    token_endpoint_auth_signing_alg_values_supported: ASSERTION_ALGORITHMS,
    revocation_endpoint_auth_methods_supported: ['none'],
    tls_client_certificate_bound_access_tokens: true,
    dpop_signing_alg_values_supported: PROOF_ALGORITHMS,
  };
}

/** Whose tokens are accepted here (RFC 9728 §2); undefined where nobody said under which URL this server is reached. */
export function resourceMetadata(
  { issuer }: TokenSettings,
  others: readonly string[],
): Readonly<Record<string, unknown>> | undefined {
  if (issuer === undefined) return undefined;
  return {
    resource: issuer,
    authorization_servers: [...new Set([issuer, ...others])],
    jwks_uri: `${issuer}/ojs/v1/auth/jwks`,
    scopes_supported: SCOPES,
    bearer_methods_supported: ['header'],
    tls_client_certificate_bound_access_tokens: true,
    dpop_signing_alg_values_supported: PROOF_ALGORITHMS,
  };
}

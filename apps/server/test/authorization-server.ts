import type { webcrypto } from 'node:crypto';
import type { RequestListener } from 'node:http';
import Provider, { type Configuration, type JWKS } from 'oidc-provider';
import { type IssuerKey, startHttps } from './issuer-harness.ts';

/** A client of the authorization server, by its secret. */
export const CLIENT = { client_id: 'shop', client_secret: 'the secret of the shop' };
/** Who our server is there. */
export const RESOURCE_SERVER = { client_id: 'jobs', client_secret: 'the secret of the jobs' };

/** Resources for which it issues tokens: opaque ones for those whose name says so. */
export const RESOURCES = { jwt: 'https://jobs.example.com', opaque: 'https://opaque.example.com/' } as const;

/** A real authorization server (`oidc-provider`) on https, whose signing key can be exchanged. */
export async function startAuthorizationServer(key: IssuerKey) {
  let listener: RequestListener = (_, response) => response.writeHead(503).end();
  const counts = { introspections: 0 };
  const https = await startHttps((request, response) => {
    if (request.url === '/token/introspection') counts.introspections++;
    listener(request, response);
  });
  const start = (keys: readonly IssuerKey[]): void => {
    listener = new Provider(https.url, configuration(keys)).callback();
  };
  start([key]);
  return { ...https, counts, rotate: (...keys: IssuerKey[]) => start(keys) };
}

function configuration(keys: readonly IssuerKey[]): Configuration {
  const privateKeys = keys.map(({ privateKey, kid, alg }) => ({
    ...(privateKey.export({ format: 'jwk' }) as webcrypto.JsonWebKey),
    kid,
    alg,
    use: 'sig',
  }));
  const client = {
    grant_types: ['client_credentials'],
    redirect_uris: [],
    response_types: [],
    id_token_signed_response_alg: 'ES256',
  } as const;
  return {
    jwks: { keys: privateKeys } as JWKS,
    clients: [
      { ...CLIENT, ...client },
      { ...RESOURCE_SERVER, ...client },
    ],
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: { enabled: true, allowedPolicy: (_, { clientId }) => clientId === RESOURCE_SERVER.client_id },
      revocation: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_, resource) => ({
          scope: 'ojs:enqueue ojs:enqueue:billing.* ojs:inspect',
          audience: resource,
          accessTokenTTL: 300,
          accessTokenFormat: resource.startsWith(RESOURCES.opaque) ? 'opaque' : 'jwt',
          jwt: { sign: { alg: 'ES256' } },
        }),
      },
    },
  };
}

import { operations } from '@ojs/schema';
import { refuse } from '../connection/refusal.ts';
import { resourceMetadata, serverMetadata } from '../identity/tokens/metadata.ts';
import { ACCESS_TOKEN, EXCHANGE, readTokenRequest } from '../identity/tokens/request.ts';
import { scopeOf } from '../identity/tokens/scope.ts';
import { issuerOf } from '../identity/tokens/settings.ts';
import type { Ask } from './ask.ts';
import { clientCredentials } from './client-credentials.ts';
import { exchange } from './exchange.ts';
import { answerOAuth } from './oauth.ts';
import { type Answer, type Route, route } from './route.ts';

/** RFC 6749 §5.1, RFC 8693 §2.2.1. */
async function token(ask: Ask) {
  const request = readTokenRequest(ask.form(), issuerOf(ask.services.identity.believed().tokens));
  const isExchange = request.grant_type === EXCHANGE;
  const issued = isExchange ? await exchange(ask, request) : await clientCredentials(ask, request);
  const scope = scopeOf(issued.narrowed);
  return {
    access_token: issued.token,
    ...(isExchange && { issued_token_type: ACCESS_TOKEN }),
    token_type: issued.binding?.kind === 'dpop' ? 'DPoP' : 'Bearer',
    expires_in: issued.expiresIn,
    ...(scope !== undefined && { scope }),
  };
}

function metadata(body: object | undefined): Answer {
  if (body !== undefined) return { respond: (reply, answers) => answers.json(reply, 200, body) };
  throw refuse('not_found', 'This server does not know under which URL it is reached.', {
    hint: 'An operator sets tokens.issuer in OJS_IDENTITY_FILE.',
  });
}

export const tokenRoutes: readonly Route[] = [
  route(operations.getToken, { target: 'public', handle: (ask) => answerOAuth(ask, () => token(ask)) }),

  route(operations.getTokenKeys, {
    target: 'public',
    async handle({ services }) {
      const body = await services.identity.tokens.keys.published();
      return { respond: (reply, answers) => answers.json(reply, 200, body) };
    },
  }),

  route(operations.getServerMetadata, {
    target: 'public',
    handle: ({ services }) => metadata(serverMetadata(services.identity.believed().tokens)),
  }),

  route(operations.getResourceMetadata, {
    target: 'public',
    handle({ services }) {
      const { tokens, issuers } = services.identity.believed();
      return metadata(
        resourceMetadata(
          tokens,
          issuers.map(({ issuer }) => issuer),
        ),
      );
    },
  }),
];

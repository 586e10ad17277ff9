import { operations } from '@ojs/schema';
import { type Refusal, refuse } from '../connection/refusal.ts';
import { redisFailure } from '../engine/scripts.ts';
import type { Refused } from '../identity/identity.ts';
import { OAuthError } from '../identity/tokens/oauth-error.ts';
import { TooManyRevoked } from '../identity/tokens/revocations.ts';
import { LONGEST_MS } from '../identity/tokens/settings.ts';
import type { VerifiedToken } from '../identity/tokens/signed-tokens.ts';
import { subjectOf } from '../identity/tokens/subject.ts';
import type { Ask } from './ask.ts';
import { answerOAuth } from './oauth.ts';
import { permitEverywhere } from './permit.ts';
import { type Route, route } from './route.ts';

const later = (seconds: number | undefined, status: 429 | 503): OAuthError =>
  new OAuthError('temporarily_unavailable', 'try again later', {
    status,
    headers: { 'Retry-After': String(seconds ?? 1) },
  });

const tooOften = (seconds: number): Refusal =>
  refuse('rate_limited', 'Too many tokens of the tenant were ended.', {
    hint: 'Revoke the credential that they came of: it ends any number of them.',
    headers: { 'Retry-After': String(seconds) },
  });

/** The token of the form, its signature verified; undefined where it is none of ours, or not one any more (RFC 7009 §2.2). */
async function presentedToken(ask: Ask): Promise<VerifiedToken | undefined> {
  const token = ask.form().get('token');
  if (token === undefined) throw new OAuthError('invalid_request', 'token: is required');
  const found: VerifiedToken | Refused | undefined = await ask.services.identity.tokens.issued.find(
    token,
    ask.sourceIp,
  );
  if (found === undefined) return undefined;
  if (!('refused' in found)) return found.claims.exp * 1_000 > Date.now() ? found : undefined;
  if (found.answer !== undefined) {
    throw later(found.retryAfterSeconds, found.answer === 'rate_limited' ? 429 : 503);
  }
  return undefined;
}

/** Whoever holds a token can end it: to present it is all that it takes. */
async function revoke(ask: Ask): Promise<object> {
  const found = await presentedToken(ask);
  if (found === undefined) return {};
  const { claims } = found;
  const { jti, exp, ojs } = claims;
  ask.admitted = { principal: subjectOf(claims), tenant: ojs.tenant, epoch: '' };
  const { tokens } = ask.services.identity;
  const waitSeconds = tokens.mayRevoke(`${ojs.tenant} ${claims.sub}`);
  if (waitSeconds > 0) throw later(waitSeconds, 429);
  const tenants = ojs.tenant === '*' ? '*' : [ojs.tenant];
  try {
    await tokens.revoke({ jti, where: '*', tenants, until: exp * 1_000 }, 'holder');
  } catch (error) {
    throw error instanceof TooManyRevoked ? later(60, 429) : redisFailure(error);
  }
  ask.record('token.revoked', 'success', { jti, by: 'holder' });
  return {};
}

export const tokenRevocationRoutes: readonly Route[] = [
  route(operations.revokeToken, { target: 'public', handle: (ask) => answerOAuth(ask, () => revoke(ask)) }),

  route(operations.revokeTokenById, {
    target: 'visible',
    async handle(ask, { params: { jti } }) {
      permitEverywhere(ask, 'admin');
      const { principal, tenant, services } = ask;
      // An administrator of one tenant ends it there, and can end nothing anywhere else.
      const where = principal.tenant === '*' ? '*' : tenant;
      const by = where === '*' ? 'admin' : 'holder';
      // The place for revocations is everybody's: no tenant can use it up for the others.
      const waitSeconds = by === 'admin' ? 0 : services.identity.tokens.mayRevoke(`${tenant} `);
      if (waitSeconds > 0) throw tooOften(waitSeconds);
      try {
        const until = Date.now() + LONGEST_MS;
        await services.identity.tokens.revoke({ jti, where, tenants: '*', until }, by);
      } catch (error) {
        if (!(error instanceof TooManyRevoked)) throw redisFailure(error);
        throw refuse('conflict', `${error.message}.`, { details: { rule: 'max' } });
      }
      ask.record('token.revoked', 'success', { jti, where, by: 'admin' });
      return { body: { revoked: true, jti } };
    },
  }),
];

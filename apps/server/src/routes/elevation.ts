import { operations } from '@ojs/schema';
import { homeOf } from '../access/decide.ts';
import { type Refusal, refuse } from '../connection/refusal.ts';
import type { FactorVerdict } from '../identity/mfa/second-factor.ts';
import type { Ask } from './ask.ts';
import { fromIdentity } from './from-identity.ts';
import { type Route, route } from './route.ts';

type Failed = Extract<FactorVerdict, { failed: unknown } | { lockedSeconds: unknown }>;

/** Tells the audit log why, and the caller no more than helps: wrong and used codes are answered alike. */
function refused(ask: Ask, verdict: Failed): Refusal {
  if ('lockedSeconds' in verdict) {
    ask.record('mfa.locked', 'failure', { retry_after: verdict.lockedSeconds });
    return refuse('rate_limited', 'Too many codes of this principal were wrong.', {
      hint: 'Wait for the time in Retry-After. If it was not you, revoke the credential: somebody else has it.',
      headers: { 'Retry-After': String(verdict.lockedSeconds) },
    });
  }
  const { failed } = verdict;
  ask.record('mfa.failed', 'failure', { reason: failed });
  if (failed === 'not_enrolled' || failed === 'not_confirmed') {
    return refuse('mfa_failed', 'This principal has no second factor.', {
      hint: 'Somebody who can reach the server gives one: ojs-server mfa enroll.',
    });
  }
  return refuse('mfa_failed', 'The code is wrong, or was used already.', {
    hint: 'Wait for the next code of the authenticator, and check that its clock is right.',
  });
}

export const elevationRoutes: readonly Route[] = [
  route(operations.elevate, {
    target: 'self',
    async handle(ask, { body }) {
      const { identity, elevationMs } = ask.services;
      const { principal, binding } = ask.who;
      const verdict = await fromIdentity(
        identity.secondFactor.verify({ ...principal, tenant: homeOf(principal) }, body),
      );
      if (!('verified' in verdict)) throw refused(ask, verdict);
      // It ends with the credential, and is bound to what the credential was bound to.
      const issued = await fromIdentity(
        identity.tokens.issue({ of: principal, mfa: true, binding, lifetimeMs: elevationMs }),
      );
      const { verified: how, ...left } = verdict;
      ask.record('mfa.elevated', 'success', {
        how,
        ...left,
        seconds: issued.expiresIn,
        id: `…${issued.jti.slice(-4)}`,
      });
      return {
        body: {
          access_token: issued.token,
          token_type: binding?.kind === 'dpop' ? 'DPoP' : 'Bearer',
          expires_in: issued.expiresIn,
        },
      };
    },
  }),
];

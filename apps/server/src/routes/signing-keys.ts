import { formatTimestamp, operations } from '@ojs/schema';
import { refuse } from '../connection/refusal.ts';
import { redisFailure } from '../engine/scripts.ts';
import type { SigningKey } from '../identity/tokens/key-ring.ts';
import { RotationConflict, TooManyKeys, UnreadableKeys } from '../identity/tokens/signing-keys.ts';
import { permitSystem } from './permit.ts';
import { type Route, route } from './route.ts';

const shown = ({ kid, createdAt, retiresAt }: SigningKey) => ({
  kid,
  created_at: formatTimestamp(createdAt),
  ...(retiresAt !== undefined && { retires_at: formatTimestamp(retiresAt) }),
});

/** What keeps the keys from being read or changed, as an answer. */
function refused(error: unknown): Error {
  const isOurs = [RotationConflict, TooManyKeys, UnreadableKeys].some((kind) => error instanceof kind);
  if (!isOurs || !(error instanceof Error)) return redisFailure(error);
  return refuse('conflict', `${error.message}.`, { hint: 'List the keys, and ask again if it is still wanted.' });
}

export const signingKeyRoutes: readonly Route[] = [
  route(operations.listSigningKeys, {
    target: 'visible',
    async handle(ask) {
      permitSystem(ask, 'admin');
      const keys = await ask.services.identity.tokens.keys.list().catch((error: unknown) => {
        throw refused(error);
      });
      return { body: { keys: keys.map(shown) } };
    },
  }),

  route(operations.rotateSigningKey, {
    target: 'visible',
    async handle(ask, { body: { grace_seconds } }) {
      permitSystem(ask, 'admin');
      const graceMs = grace_seconds === undefined ? undefined : grace_seconds * 1_000;
      const key = await ask.services.identity.tokens.rotate(graceMs).catch((error: unknown) => {
        ask.record('signing_key.rotated', 'failure', { reason: refused(error).message });
        throw refused(error);
      });
      ask.record('signing_key.rotated', 'success', { kid: key.kid, grace_seconds });
      return { body: { key: shown(key) } };
    },
  }),
];

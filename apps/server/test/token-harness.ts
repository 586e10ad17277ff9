import type { Subject } from '../src/access/decide.ts';
import { principalOf } from '../src/identity/credential-record.ts';
import { CredentialStore } from '../src/identity/credential-store.ts';
import type { Identified, Known } from '../src/identity/identity.ts';
import { createSealer, type Sealer } from '../src/identity/seal.ts';
import type { Root } from '../src/identity/tokens/claims.ts';
import { createTokens } from '../src/identity/tokens/create-tokens.ts';
import { Tokens } from '../src/identity/tokens/settings.ts';
import { issue, present, recordOf, redis } from './credential-harness.ts';

export const ISSUER = 'https://jobs.example.com';
export const sealer: Sealer = createSealer(Buffer.alloc(32, 1));
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

export interface TokenServerOptions {
  readonly now?: () => number;
  readonly issuer?: string;
  readonly sealer?: Sealer;
  readonly stillVouched?: (root: Root) => boolean;
  readonly isDisabled?: (principal: Subject) => boolean;
}

/** One server's tokens, with a count of what it asks Redis. Close the store at the end. */
export async function tokenServer(options: TokenServerOptions = {}) {
  const { now = Date.now, issuer = ISSUER } = options;
  const counts = { reads: 0 };
  const client = new Proxy(redis.client, {
    get(target, name) {
      if (name === 'hget' || name === 'zmscore' || name === 'get') counts.reads++;
      const value = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  const store = new CredentialStore({ redis: { ...redis, client }, log: silent, now });
  await store.start();
  const tokens = createTokens({
    redis: client,
    store,
    sealer: options.sealer ?? sealer,
    settings: () => Tokens.parse({ issuer }),
    isDisabled: options.isDisabled ?? (() => false),
    stillVouched: options.stillVouched ?? (() => true),
    now,
  });
  const ask = (token: string, socket?: object) => present(tokens.mechanism, `Bearer ${token}`, '192.0.2.1', socket);
  return { ...tokens, store, counts, ask };
}

/** The principal of a new API key. */
export async function principal(change: Parameters<typeof issue>[1] = {}): Promise<Subject> {
  return principalOf(await recordOf(await issue('prod', change)));
}

/** A principal for whom only an issuer vouches. */
export const vouched: Subject = {
  ...{ id: 'ci', tenant: 'acme', plane: 'producer', roles: ['producer'], grants: [], mfa: false },
  credential: { kind: 'jwt', id: 'abc' },
  vouchedBy: 'https://issuer.example.com',
};

export async function accepted(answer: Promise<Identified | undefined> | Identified | undefined): Promise<Known> {
  const known = await answer;
  if (known === undefined || 'refused' in known) throw new Error(`not accepted: ${JSON.stringify(known)}`);
  return known;
}

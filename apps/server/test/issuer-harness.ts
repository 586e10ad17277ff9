import { constants, generateKeyPairSync, type KeyObject, sign, type webcrypto } from 'node:crypto';
import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createAuthority } from '@ojs/dev';
import type { Identified, Mechanism } from '../src/identity/identity.ts';
import type { LiveIssuersOptions } from '../src/identity/jwt/issuers.ts';
import { LiveIssuers } from '../src/identity/jwt/issuers.ts';
import { Issuers } from '../src/identity/jwt/settings.ts';
import { type Believed, type JwtOptions, jwts } from '../src/identity/jwt/verify.ts';
import { createOutgoing, type Outgoing } from '../src/outgoing/send.ts';

/** A pair of keys as an issuer has it. */
export interface IssuerKey {
  readonly alg: string;
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly jwk: webcrypto.JsonWebKey & { readonly kid: string };
}

export function issuerKey(alg: string, kid: string): IssuerKey {
  const { privateKey, publicKey } =
    alg === 'EdDSA'
      ? generateKeyPairSync('ed25519')
      : alg.startsWith('ES')
        ? generateKeyPairSync('ec', { namedCurve: alg === 'ES384' ? 'P-384' : 'P-256' })
        : generateKeyPairSync('rsa', { modulusLength: 2_048 });
  return { alg, kid, privateKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid } };
}

const base64url = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

/** The signature of a text, as the algorithm makes it. */
function signature(text: string, alg: string, key: KeyObject): string {
  const data = Buffer.from(text);
  if (alg === 'EdDSA') return sign(null, data, key).toString('base64url');
  const padding = alg.startsWith('PS')
    ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: Number(alg.slice(2)) / 8 }
    : {};
  return sign(`sha${alg.slice(2)}`, data, { key, dsaEncoding: 'ieee-p1363', ...padding }).toString('base64url');
}

/** A token with whatever stands in its header and claims (a text is taken as it is), signed with the key as `alg` says. */
export function signed({ alg, privateKey }: IssuerKey, header: unknown, claims: unknown, as = alg): string {
  const text = `${base64url(header)}.${base64url(claims)}`;
  return `${text}.${signature(text, as, privateKey)}`;
}

export const ISSUER = 'https://login.example.com';
export const AUDIENCE = 'https://jobs.example.com';
/** The time in these tests, in seconds. */
export const NOW = 1_800_000_000;

export const claims = (change: Readonly<Record<string, unknown>> = {}): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries({
      iss: ISSUER,
      aud: AUDIENCE,
      sub: 'shop',
      client_id: 'shop',
      jti: 'token-000001',
      iat: NOW - 10,
      exp: NOW + 290,
      ...change,
    }).filter(([, value]) => value !== undefined),
  );

/** A good token of the key, but for what is changed. */
export const token = (
  key: IssuerKey,
  change: Readonly<Record<string, unknown>> = {},
  header: Readonly<Record<string, unknown>> = {},
): string => signed(key, { alg: key.alg, typ: 'at+jwt', kid: key.kid, ...header }, claims(change));

/** Settings of an issuer as they would be written. */
export const written = (change: Readonly<Record<string, unknown>> = {}): Record<string, unknown> => ({
  name: 'corp',
  issuer: ISSUER,
  audience: [AUDIENCE],
  plane: 'producer',
  roles: ['producer'],
  ...change,
});

export const believing = (issuers: readonly unknown[], introspection: Believed['introspection'] = []): Believed => ({
  issuers: Issuers.parse(issuers),
  introspection,
});

const nothingSent = (): Promise<never> => Promise.reject(new Error('nothing is sent in this test'));

/** The mechanism with injected clocks, and everything that it did. */
export function jwtMechanism(
  first: Believed,
  options: Partial<Pick<LiveIssuersOptions, 'send'> & Pick<JwtOptions, 'bounds' | 'isDisabled'>> = {},
) {
  const clock = { now: NOW * 1_000, steady: 1_000_000 };
  const counts = { verifications: 0 };
  const told = { warnings: [] as object[], events: [] as { event_type: string; detail: object }[] };
  const state = { believed: first };
  const shared = {
    believed: () => state.believed,
    steady: () => clock.steady,
    log: { info: () => undefined, warn: (fields: object) => void told.warnings.push(fields), error: () => undefined },
    audit: {
      record: (event: (typeof told.events)[number]) => void told.events.push(event),
      close: async () => undefined,
    },
  };
  const issuers = new LiveIssuers({ send: nothingSent, ...shared, ...options });
  const mechanism = jwts({
    isDisabled: () => false,
    ...options,
    ...shared,
    issuers,
    isOwnIssuer: (iss) => iss === 'https://own.example.com',
    now: () => clock.now,
    onVerification: () => counts.verifications++,
  });
  /** Time goes on, on both clocks. */
  const pass = (ms: number): void => {
    clock.now += ms;
    clock.steady += ms;
  };
  return {
    mechanism,
    issuers,
    clock,
    counts,
    told,
    state,
    pass,
    ask: (text: string, from?: string, socket?: object) => present(mechanism, text, from, socket),
  };
}

export const present = (mechanism: Mechanism, text: string, sourceIp = '192.0.2.1', socket?: object) =>
  mechanism({ authorization: `Bearer ${text}`, authorizationCount: 1, sourceIp, socket });

export const reason = (answer: Identified | undefined): string | undefined =>
  answer !== undefined && 'refused' in answer ? answer.refused : undefined;

/** An https server with a certificate that only `send` believes, and what it was asked. */
export async function startHttps(listener: RequestListener): Promise<{
  readonly url: string;
  readonly outgoing: Outgoing;
  readonly ca: string;
  close(): Promise<void>;
}> {
  const authority = await createAuthority();
  const { key, cert } = await authority.issue({ names: ['localhost'] });
  const server = createServer({ key, cert }, listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `https://localhost:${(server.address() as AddressInfo).port}`,
    outgoing: createOutgoing({ allow: ['localhost'], ca: authority.cert }),
    ca: authority.cert,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

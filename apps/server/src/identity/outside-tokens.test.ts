import { afterAll, beforeAll, expect, test } from 'vitest';
import { believing, issuerKey, startHttps, written } from '../../test/issuer-harness.ts';
import { Secret } from '../config/secret.ts';
import { createOutgoing } from '../outgoing/send.ts';
import type { Environment } from './identity-file.ts';
import { Introspection } from './introspection/settings.ts';
import type { Believed } from './jwt/verify.ts';
import { outsideTokens } from './outside-tokens.ts';

let issuer: Awaited<ReturnType<typeof startHttps>>;
beforeAll(async () => {
  const { jwk } = issuerKey('ES256', 'k1');
  issuer = await startHttps((_, response) => response.end(JSON.stringify({ keys: [jwk] })));
});
afterAll(() => issuer.close());

function start(believed: Believed, environment: Environment, { send } = issuer.outgoing): Promise<void> {
  const outside = outsideTokens({
    believed: () => believed,
    environment,
    send,
    secretOf: (name) => (name === 'KNOWN' ? new Secret('x') : undefined),
    isOwnIssuer: () => false,
    isDisabled: () => false,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    audit: { record: () => undefined, close: async () => undefined },
  });
  return outside.start().finally(outside.close);
}

const corp = (): Believed => believing([written({ jwksUrl: issuer.url })]);

test('a certificate that is not believed keeps a server from starting in production, and says so (A21)', async () => {
  const untrusting = createOutgoing({ allow: ['localhost'] });
  await expect(start(corp(), 'production', untrusting)).rejects.toThrow(
    'issuers, corp: jwksUrl: the certificate there is not believed',
  );
  await start(corp(), 'development', untrusting);
  await start(corp(), 'production');
});

test('an issuer that is away does not', async () => {
  await start(believing([written({ jwksUrl: 'https://localhost:1/jwks' })]), 'production');
});

test('a secret that does not exist keeps a server from starting', async () => {
  const asker = { name: 'opaque', url: issuer.url, clientId: 'jobs', audience: ['x'], plane: 'producer' };
  const asking = (secret: string) => believing([], Introspection.parse([{ ...asker, secret }]));
  await expect(start(asking('MISSING'), 'development')).rejects.toThrow('there is no secret OJS_SECRET_MISSING');
  await start(asking('KNOWN'), 'production');
});

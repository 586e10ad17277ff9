import { describe, expect, test } from 'vitest';
import { issuerKey, written } from '../../../test/issuer-harness.ts';
import { type Environment, parseIdentityFile } from '../identity-file.ts';

const { jwk, privateKey } = issuerKey('ES256', 'k1');
const jwksUrl = 'https://login.example.com/jwks';
const parse = (change: object, environment: Environment = 'production', more: object = {}) =>
  parseIdentityFile(JSON.stringify({ issuers: [written({ jwksUrl, ...change })], ...more }), environment).issuers[0];

test('what is not said is strict: access tokens, an hour, half a minute, no second factor, no tenant but the default', () => {
  expect(parse({ roles: undefined })).toMatchObject({
    algorithms: ['RS256', 'PS256', 'ES256', 'EdDSA'],
    type: 'at+jwt',
    maxLifetimeSeconds: 3_600,
    clockToleranceSeconds: 30,
    roles: [],
    tenant: '_default',
    principal: { claim: 'sub' },
    mfa: { amr: [], acr: [] },
    scope: { claim: 'scope', required: false },
  });
});

describe('an identity file is refused', () => {
  test.each<[string, object, RegExp]>([
    [
      'with keys over plain http (A21)',
      { jwksUrl: 'http://login.example.com/jwks' },
      /issuers.0.jwksUrl: must begin with https/,
    ],
    ['with an algorithm of shared secrets (A2)', { algorithms: ['HS256'] }, /issuers.0.algorithms.0/],
    ['with the algorithm none (A2)', { algorithms: ['none'] }, /issuers.0.algorithms.0/],
    ['without an audience (A12)', { audience: [] }, /issuers.0.audience/],
    ['with tolerance for clocks of more than a minute', { clockToleranceSeconds: 61 }, /clockToleranceSeconds/],
    ['with tokens that live longer than a day', { maxLifetimeSeconds: 86_401 }, /maxLifetimeSeconds/],
    ['with a tenant from a claim and no list of tenants (A26)', { tenant: { claim: 'tenant' } }, /issuers.0.tenant/],
    ['with keys at two places', { keys: [jwk] }, /either jwksUrl or keys/],
    ['with keys at none', { jwksUrl: undefined }, /either jwksUrl or keys/],
    [
      'with a private key (A17)',
      { jwksUrl: undefined, keys: [privateKey.export({ format: 'jwk' })] },
      /issuers.0.keys.0: has private parts/,
    ],
    ['with a setting that does not exist', { audiences: ['x'] }, /audiences/],
    ['with this server as an issuer', { issuer: 'https://own.example.com' }, /this server itself/],
  ])('%s', (_, change, message) => {
    expect(() => parse(change, 'production', { tokens: { issuer: 'https://own.example.com' } })).toThrow(message);
  });

  test('with two issuers of one name or one iss', () => {
    const issuers = [written({ jwksUrl }), written({ jwksUrl })];
    expect(() => parseIdentityFile(JSON.stringify({ issuers }), 'production')).toThrow(
      /issuers.1.name: must be unique; issuers.1.issuer: must be unique/,
    );
  });

  test('never with what stands in it', () => {
    const keys = [{ ...privateKey.export({ format: 'jwk' }), d: 'very-secret' }];
    let message = '';
    try {
      parse({ jwksUrl: undefined, keys });
    } catch (error) {
      message = String(error);
    }
    expect(message).toContain('private parts');
    expect(message).not.toContain('very-secret');
  });
});

test('plain http is possible in development', () => {
  expect(parse({ jwksUrl: 'http://localhost:8080/jwks' }, 'development')).toHaveProperty('jwksUrl');
});

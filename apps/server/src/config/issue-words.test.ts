import { describe, expect, it } from 'vitest';
import { parsePolicy } from '../access/policy.ts';
import { parseIdentityFile } from '../identity/identity-file.ts';
import { BadFile } from './watched-file.ts';

const mistakesOf = (parse: () => unknown): readonly string[] => {
  try {
    parse();
  } catch (error) {
    if (error instanceof BadFile) return error.mistakes;
    throw error;
  }
  return [];
};
const ofIdentity = (file: unknown) => mistakesOf(() => parseIdentityFile(JSON.stringify(file), 'development'));
const ofPolicy = (file: unknown) => mistakesOf(() => parsePolicy(JSON.stringify(file)));

describe('a mistake in a file of settings', () => {
  const issuer = { name: 'a', issuer: 'https://a', audience: ['x'], jwksUrl: 'https://a/jwks' };

  it('of every kind is told by its place and what to write', () => {
    expect(
      ofIdentity({
        issuers: [{ ...issuer, audience: 'x', algorithms: ['HS256'], plane: 'boss' }],
        certificates: { authorities: [{ id: 'w', caFile: 'w.pem' }] },
        tokens: { lifetimeSeconds: 5 },
      }),
    ).toEqual([
      'issuers.0.plane: must be producer, worker or admin, or an object',
      'issuers.0.audience: must be a list',
      expect.stringMatching(/^issuers\.0\.algorithms\.0: must be RS256, .* or Ed25519$/),
      'certificates.authorities.0.tenant: is required',
      'tokens.lifetimeSeconds: must be at least 60',
    ]);
  });

  it('inside a value that may be of several kinds is told where it is', () => {
    expect(ofIdentity({ issuers: [{ ...issuer, plane: { claim: 'groups', map: { a: 'boss' } } }] })).toEqual([
      'issuers.0.plane.map.a: must be producer, worker or admin',
    ]);
    expect(ofIdentity({ issuers: [{ ...issuer, plane: { claim: 'groups', mapp: {} } }] })).toEqual([
      'issuers.0.plane.map: is required',
      'issuers.0.plane.mapp: is not known here',
    ]);
  });

  it('of a name that is misspelt says which was meant', () => {
    expect(ofIdentity({ isuers: [] })).toEqual(['isuers: is not known here: did you mean issuers?']);
    expect(ofPolicy({ preset: 'pages', rols: {} })).toEqual([
      'preset: must be page or matrix',
      'rols: is not known here: did you mean roles?',
    ]);
  });

  it('of its form is told by line and column, without what is there', () => {
    expect(mistakesOf(() => parseIdentityFile('{"issuers": [\n "hunter2" "b"]}', 'development'))).toEqual([
      expect.stringMatching(/^it is not JSON: check for a missing brace or comma at line 2 column \d+$/),
    ]);
  });
});

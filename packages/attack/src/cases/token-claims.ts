import { type Attack, attack } from '../attack.ts';
import { mustBeRefused, mustBeUnauthenticated, withCredential } from '../must.ts';
import { claimsOf, headerOf, issuerOf, signed, token } from '../token.ts';
import { mustAllBeRefused, mustBeAccepted } from './token-forms.ts';

const now = (): number => Math.floor(Date.now() / 1_000);

export const tokenClaims: readonly Attack[] = [
  attack({
    id: 'A4',
    title: 'a good signature of an algorithm that its issuer does not use is refused',
    needs: ['issuer'],
    async run(target) {
      const issuer = issuerOf(target);
      const others = issuer.key.kty === 'RSA' ? ['RS384', 'RS512', 'PS512'] : ['ES384', 'RS256', 'EdDSA', 'HS256'];
      // A key of elliptic curves signs what it can; what the header says of it is the attack.
      const as = (alg: string) => (issuer.key.kty === 'RSA' ? alg : String(issuer.key.alg));
      await mustAllBeRefused(
        target,
        others.map((alg) => signed(issuer, headerOf(issuer, { alg }), claimsOf(issuer), as(alg))),
      );
    },
  }),
  attack({
    id: 'A8',
    title: 'a token that ended more than a minute ago, or has not begun, is refused',
    needs: ['issuer'],
    async run(target) {
      const issuer = issuerOf(target);
      await mustAllBeRefused(target, [
        token(issuer, { iat: now() - 300, exp: now() - 61 }),
        token(issuer, { nbf: now() + 90 }),
        token(issuer, { iat: now() + 90, exp: now() + 300 }),
      ]);
    },
  }),
  attack({
    id: 'A10',
    title: 'a token without an end, with an end that is none, or with one that is far away is refused',
    needs: ['issuer'],
    async run(target) {
      const issuer = issuerOf(target);
      const ends = [undefined, String(now() + 60), null, -1, 0, 1e300, now() + 2_592_000, [now() + 60], {}];
      await mustAllBeRefused(
        target,
        ends.map((exp) => token(issuer, { exp })),
      );
      const text = JSON.stringify(claimsOf(issuer, { exp: 0 }));
      await mustAllBeRefused(
        target,
        ['1e999', '-1e999'].map((exp) => signed(issuer, headerOf(issuer), text.replace('"exp":0', `"exp":${exp}`))),
      );
    },
  }),
  attack({
    id: 'A12',
    title: 'a token for somebody else, or for nobody, is refused; for us beside others, it is accepted',
    needs: ['issuer'],
    async run(target) {
      const issuer = issuerOf(target);
      const audiences = [
        undefined,
        '',
        'https://other.example.com',
        `${issuer.audience}/`,
        issuer.audience.toUpperCase(),
        [],
        ['x'],
        {},
        [[issuer.audience]],
      ];
      await mustAllBeRefused(
        target,
        audiences.map((aud) => token(issuer, { aud })),
      );
      await mustBeAccepted(target, token(issuer, { aud: ['https://other.example.com', issuer.audience] }));
    },
  }),
  attack({
    id: 'A13',
    title: 'an ID token or refresh token is no access token',
    needs: ['issuer'],
    async run(target) {
      const issuer = issuerOf(target);
      const types = ['JWT', undefined, 'id+jwt', 'logout+jwt', 'dpop+jwt', 'secevent+jwt'];
      await mustAllBeRefused(target, [
        ...types.map((typ) => token(issuer, {}, { typ })),
        ...[{ nonce: 'n' }, { at_hash: 'x' }, { typ: 'Refresh' }, { token_use: 'id' }].map((change) =>
          token(issuer, change),
        ),
      ]);
    },
  }),
  attack({
    id: 'A23',
    title: 'a token of one tenant does not reach another by a header',
    needs: ['issuer'],
    async run(target) {
      const text = token(issuerOf(target));
      await mustBeAccepted(target, text);
      for (const name of ['X-OJS-Tenant', 'X-OJS-Tenant-Id'])
        mustBeRefused(
          await withCredential(target, `Bearer ${text}`, { [name]: 'somebody-else' }),
          403,
          'tenant_access_denied',
        );
    },
  }),
  attack({
    id: 'A26',
    title: 'an issuer speaks neither with the key id nor for the tenant of another one',
    needs: ['issuers'],
    async run(target) {
      const [first, second] = [issuerOf(target), issuerOf(target, 1)];
      await mustBeAccepted(target, token(first));
      await mustBeAccepted(target, token(second));
      await mustAllBeRefused(target, [
        // Its own signature, under the name and key id of the other.
        signed(second, headerOf(first, { alg: second.key.alg }), claimsOf(first)),
        signed(second, headerOf(second), claimsOf(first)),
        signed(first, headerOf(first, { kid: second.key.kid }), claimsOf(second)),
        // Its own name, with what the other says of itself.
        token(second, first.claims, {}),
      ]);
    },
  }),
  attack({
    id: 'A29',
    title: 'a token that says nothing itself is refused where nobody can be asked about it',
    needs: [],
    async run(target) {
      for (const text of ['2YotnFZFEjr1zCsicMWpAA', 'ya29.a0AfH6SMBx', 'AQoDYXdzEJr', 'x', 'a'.repeat(4_000)])
        mustBeUnauthenticated(await withCredential(target, `Bearer ${text}`));
    },
  }),
];

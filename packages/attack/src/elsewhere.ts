/**
 * Attacks that show only inside the server or an SDK (a tampered Redis, a clock, a count of key derivations): the test that tries
 * them, as `path of the file › part of the test's name`.
 */
export const ELSEWHERE: Readonly<Record<string, readonly string[]>> = {
  A8: ['apps/server/src/identity/jwt/verify.test.ts › a token that was accepted ends at the same moment'],
  A15: [
    'apps/server/src/identity/jwt/verify.test.ts › of more scopes or queues than anybody needs are refused before the signature',
  ],
  A17: [
    'apps/server/src/identity/jwt/jwk.test.ts › both, when two different keys have one kid',
    'apps/server/src/identity/jwt/jwks.test.ts › that are not to be used are not, and that is told once',
  ],
  A18: [
    'apps/server/src/identity/jwt/jwks.test.ts › that are published no more end with the next fetch, also for tokens that were accepted',
    'apps/server/test/http-oauth.test.ts › of a new key is accepted after one fetch, that of one that was withdrawn is not',
  ],
  A19: [
    'apps/server/src/identity/jwt/jwks.test.ts › 10,000 of them cost one fetch in each cooldown, and a good token none',
    'apps/server/src/identity/jwt/jwks.test.ts › is asked ever less often, whatever comes; nobody gets in',
  ],
  A21: [
    'apps/server/src/identity/jwt/settings.test.ts › with keys over plain http',
    'apps/server/src/identity/outside-tokens.test.ts › a certificate that is not believed keeps a server from starting in production',
  ],
  A31: [
    'apps/server/src/identity/jwt/verify.test.ts › a clock that jumps ahead ends tokens that were accepted',
    'apps/server/src/identity/introspection/verify.test.ts › ends with its own time, when that is sooner, and when the clock jumps',
  ],
  F7: [
    'apps/server/src/identity/jwt/mapping.test.ts › is nothing that an issuer says who is not believed in that',
    'apps/server/test/http-jwt.test.ts › is done for an administrator whose issuer vouches for a second factor, and for no other',
  ],
  M13: [
    'apps/server/src/connection/server-tls.test.ts › leaves the old one in use, and is told once',
    'apps/server/src/connection/server-tls.test.ts › behind a link that is exchanged at once',
    'apps/server/test/tls-reload.test.ts › under load, and no request fails',
    'apps/server/test/tls-reload.test.ts › audited without any of it, counted, and the old one serves',
  ],
  M9: [
    'apps/server/test/http-client-certificates.test.ts › speaks for the tenant of its authority and for no other',
    'apps/server/src/identity/certificate/rules.test.ts › an authority speaks for its tenant and no other, whatever the rule says',
  ],
  M11: [
    'apps/server/test/http-client-certificates.test.ts › a revocation closes what is open at every server, and no session can be resumed',
    'apps/server/test/http-client-certificates.test.ts › a stream of events ends with its certificate',
  ],
  M12: [
    'apps/server/src/identity/certificate/client-authorities.test.ts › leaves the last good one in force until that one ends',
    'apps/server/src/identity/certificate/client-authorities.test.ts › without a list from the start everybody is refused',
    'apps/server/src/identity/certificate/revocation-list.test.ts › a list is refused wherever it was cut or changed',
  ],
  A30: [
    'packages/client/test/oauth.test.ts › and the secret is in no error',
    'packages/client/test/oauth.test.ts › follow no redirect',
    'packages/client/src/credentials/renewing.test.ts › is renewed in the background when four fifths of its life are over',
  ],
  M17: ['packages/client/test/client.test.ts › whatever NODE_TLS_REJECT_UNAUTHORIZED says'],
  K1: [
    'apps/server/src/identity/api-key/verify.test.ts › with a wrong checksum or form costs neither read nor derivation',
  ],
  K2: ['apps/server/src/identity/api-key/verify.test.ts › of an unknown id costs one read a second at most'],
  K3: ['apps/server/src/identity/api-key/revocation.test.ts › reaches a server that hears no announcement'],
  K4: [
    'apps/server/test/http-credentials.test.ts › ten at once have one winner',
    'packages/producer-sdk/test/credentials.test.ts › under load, and no request fails',
  ],
  K5: ['apps/server/src/identity/api-key/verify.test.ts › of a principal that the policy disabled is refused'],
  K8: [
    'apps/server/src/identity/api-key/guessing.test.ts › runs no more derivations at once than the gate lets in',
    'apps/server/src/identity/api-key/guessing.test.ts › holds up no key that was verified here',
  ],
  K10: ['apps/server/src/identity/api-key/verify.test.ts › with another secret of the same length and id is refused'],
  K12: [
    'apps/server/src/access/covers.test.ts › holds nothing on any queue that the outer one does not hold',
    'apps/server/test/http-credentials.test.ts › gives no more than the creator has',
  ],
  K13: [
    'apps/server/test/http-credentials.test.ts › is neither revoked, nor demoted, nor given an end',
    'apps/server/src/cli/keys.test.ts › of the last key that can administer is refused, unless it is forced',
  ],
  K14: [
    'apps/server/src/identity/api-key/verify.test.ts › to cheaper parameters is refused without a derivation',
    'apps/server/src/identity/api-key/guessing.test.ts › cheaper parameters, the hash left as it was',
  ],
  F1: [
    'apps/server/src/identity/mfa/second-factor.test.ts › a code is used once, whichever server it comes to',
    'apps/server/test/http-elevation.test.ts › is taken once, whichever of two servers it comes to',
  ],
  F3: [
    'apps/server/test/http-elevation.test.ts › lock the principal on both servers, from every address',
    'apps/server/src/identity/mfa/second-factor.test.ts › a success does not make room for more guesses',
    'apps/server/src/identity/mfa/second-factor.test.ts › an attempt stays counted when what follows it fails',
  ],
  F5: ['apps/server/test/http-elevation.test.ts › disables can neither elevate nor use what it elevated'],
  F8: [
    'apps/server/src/cli/mfa.test.ts › nothing that was shown is shown again, or told the audit log',
    'apps/server/src/identity/mfa/second-factor.test.ts › neither the secret nor a recovery code is in Redis',
  ],
  F9: ['apps/server/test/http-elevation.test.ts › WebAuthn is not built, and not half built'],
  K6: [
    'apps/server/test/http-registration.test.ts › a server does not start with a shared secret that',
    'apps/server/test/http-registration.test.ts › a secret that becomes weak while the server runs is not accepted',
    'apps/server/src/identity/registration/strength.test.ts › is refused, and told without it',
  ],
  K16: [
    'apps/server/test/main.test.ts › a secret is refused',
    'packages/dev/src/child.test.ts › our secrets are not in its environment',
    'apps/server/test/main.test.ts › the environment holds no secret any more once the configuration is read',
  ],
  X1: [
    'apps/server/src/config/secrets.test.ts › has one source: with two or three of them, nothing starts',
    'apps/server/src/config/secrets.test.ts › in a file that is missing, empty, a directory, a loop of links',
    'apps/server/src/config/secrets.test.ts › in a file that this user may not read',
    'apps/server/test/secrets.test.ts › that every user can read is told of at the start',
  ],
  X2: [
    'apps/server/test/secrets.test.ts › is followed: written over, replaced, and behind a link',
    'apps/server/test/secrets.test.ts › that becomes unusable leaves the value from before in force',
  ],
  X3: [
    'apps/server/src/config/secrets.test.ts › that everybody knows is refused in production',
    'apps/server/src/config/secrets.test.ts › is refused when it was not drawn at random, or is that of development',
  ],
  X4: [
    'apps/server/test/main.test.ts › config check shows the configuration without secrets',
    'apps/server/src/config/config.test.ts › cannot be printed in any way',
  ],
  X6: [
    'packages/dev/src/supply-chain.test.ts › is known by its hash',
    'packages/dev/src/supply-chain.test.ts › may run a script when it is installed',
    'packages/dev/src/supply-chain.test.ts › the floors below which there are known holes',
  ],
  X8: [
    'apps/server/src/config/config.test.ts › refuses a Redis beyond this machine without TLS or password',
    'apps/server/test/redis-acl.test.ts › is enough for the whole server, over TLS',
    'apps/server/test/redis-acl.test.ts › may not flush, list or configure anything',
    'apps/server/test/redis-acl.test.ts › is believed only of the authority that is set',
  ],
};

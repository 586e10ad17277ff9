/**
 * Attacks that show only inside the server or an SDK (a tampered Redis, a clock, a count of key derivations): the test that tries
 * them, as `path of the file › part of the test's name`.
 */
export const ELSEWHERE: Readonly<Record<string, readonly string[]>> = {
  M13: [
    'apps/server/src/connection/server-tls.test.ts › leaves the old one in use, and is told once',
    'apps/server/src/connection/server-tls.test.ts › behind a link that is exchanged at once',
    'apps/server/test/tls-reload.test.ts › under load, and no request fails',
    'apps/server/test/tls-reload.test.ts › audited without any of it, counted, and the old one serves',
  ],
  A30: [
    'packages/client/test/oauth.test.ts › and the secret is in no error',
    'packages/client/test/oauth.test.ts › follow no redirect',
    'packages/client/src/credentials/renewing.test.ts › is renewed in the background when four fifths of its life are over',
  ],
  M17: ['packages/client/test/client.test.ts › whatever NODE_TLS_REJECT_UNAUTHORIZED says'],
};

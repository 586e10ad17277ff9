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
};

/** Not tried yet. */
export const OPEN: readonly string[] = [
  ...['A2', 'A4', 'A5', 'A6', 'A7', 'A8', 'A10', 'A12', 'A13', 'A14', 'A15', 'A17', 'A18', 'A19', 'A21', 'A23', 'A26'],
  ...['A28', 'A29', 'A30', 'A31'],
  ...['K1', 'K2', 'K3', 'K4', 'K5', 'K6', 'K7', 'K8', 'K9', 'K10', 'K12', 'K13', 'K14', 'K16'],
  ...['M7', 'M8', 'M9', 'M10', 'M11', 'M12', 'M17'],
  ...['F1', 'F2', 'F3', 'F5', 'F7', 'F8', 'F9'],
  ...['X1', 'X2', 'X3', 'X4', 'X6', 'X8'],
];

import { rejects, strictEqual } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type IssueOptions, loadAuthority } from '@ojs/dev';
import { type Attack, attack } from '../attack.ts';
import { mustBeRefused, mustBeUnauthenticated } from '../must.ts';
import type { Target } from '../target.ts';
import type { WireAnswer } from '../wire.ts';

/** A name that stands for a worker, as the certificate of the target has one. */
const WORKER = 'spiffe://example.org/worker/attacker';
const FETCH = { path: '/ojs/v1/workers/fetch', body: { queues: ['attack-forged'], count: 1 } };

/** Fetches with a certificate that the authority of clients signed, whatever it says. */
async function fetchAs(
  { wire, certificates: { authority } }: Target,
  options: Partial<IssueOptions>,
  headers: Record<string, string> = {},
): Promise<WireAnswer> {
  if (authority === undefined) throw new Error('the target names no authority of clients');
  const issuer = await loadAuthority({
    cert: readFileSync(authority.certFile, 'utf8'),
    key: readFileSync(authority.keyFile, 'utf8'),
  });
  const { chain: cert, key } = await issuer.issue({ names: [WORKER], usage: 'client', ...options });
  return wire.send({ ...FETCH, headers, tls: { cert, key } });
}

/** Nothing is served on such a connection. */
const mustBeClosed = (target: Target, options: Partial<IssueOptions>): Promise<void> =>
  rejects(fetchAs(target, options), /ECONNRESET|EPIPE|socket hang up|disconnected|aborted/i);

/** Certificates that an authority should not have issued, or that say more than they may. */
export const forgedCertificateAttacks: readonly Attack[] = [
  attack({
    id: 'M7',
    title:
      'A certificate for servers, one without extended key usage, and one that is an authority: the connection is closed',
    needs: ['certificates'],
    async run(target) {
      strictEqual((await fetchAs(target, {})).status, 200, 'a good one is served');
      await mustBeClosed(target, { usage: 'server' });
      await mustBeClosed(target, { usage: 'none' });
      await mustBeClosed(target, { isAuthority: true });
    },
  }),
  attack({
    id: 'M8',
    title: 'Names that another reader could take for others: the connection is closed',
    needs: ['certificates'],
    async run(target) {
      const url = (value: string) => ({ names: [{ type: 'url' as const, value }] });
      await mustBeClosed(target, url(`${WORKER}\0.evil`));
      await mustBeClosed(target, url(`x, URI:${WORKER}`));
      await mustBeClosed(target, url(`spiffe://example.org/worker/${'w'.repeat(4_000)}`));
      await mustBeClosed(target, {
        names: Array.from({ length: 100 }, (_, at) => `spiffe://example.org/worker/w${at}`),
      });
    },
  }),
  attack({
    id: 'M8',
    title: 'Names that are nearly those of a worker, or are in the wrong place, stand for nobody',
    needs: ['certificates'],
    async run(target) {
      const nobody: IssueOptions['names'][] = [
        [],
        ['spiffe://example.org/worker/a%00.evil'],
        ['spiffe://example.org/worker/a/b'],
        ['spiffe://example.org/worker/..'],
        ['spiffe://example.org/worker/*'],
        ['spiffe://example.org.evil/worker/w1'],
        ['*.example.org'],
        ['worker@example.org'],
        [{ type: 'dns', value: WORKER }],
        [{ type: 'email', value: WORKER }],
        [{ type: 'url', value: `"${WORKER}"` }],
        [{ type: 'url', value: `x,URI:${WORKER}` }],
        // Two of them: which one is it?
        [WORKER, `${WORKER}2`],
        [WORKER, 'spiffe://example.org/other'],
      ];
      for (const names of nobody) mustBeUnauthenticated(await fetchAs(target, { names, commonName: WORKER }));
    },
  }),
  attack({
    id: 'M9',
    title: 'The authority of one tenant speaks for no other: a certificate with its name for another tenant is 403',
    needs: ['certificates'],
    async run(target) {
      mustBeRefused(await fetchAs(target, {}, { 'x-ojs-tenant': 'attack-other' }), 403, 'tenant_access_denied');
    },
  }),
];

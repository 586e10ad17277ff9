import { strictEqual } from 'node:assert/strict';
import { hash, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { loadAuthority } from '@ojs/dev';
import { createDpopKey, type DpopKey } from '@ojs/producer-sdk';
import { type Attack, attack } from '../attack.ts';
import { mustBeUnauthenticated } from '../must.ts';
import type { Target } from '../target.ts';
import { issuerOf, token } from '../token.ts';
import type { WireAnswer } from '../wire.ts';

const PATH = '/ojs/v1/queues';

/** A client certificate that stands for nobody, and what a token says that is bound to it (RFC 8705 §3.1). */
async function certificateFor({ certificates: { authority } }: Target) {
  if (authority === undefined) throw new Error('the target names no authority of clients');
  const issuer = await loadAuthority({
    cert: readFileSync(authority.certFile, 'utf8'),
    key: readFileSync(authority.keyFile, 'utf8'),
  });
  const { cert, key } = await issuer.issue({ names: ['stands-for-nobody.example.org'], usage: 'client' });
  return { tls: { cert, key }, cnf: { 'x5t#S256': hash('sha256', new X509Certificate(cert).raw, 'base64url') } };
}

/** What a token says that is bound to the key (RFC 9449 §6.1): its thumbprint, from the header of a proof. */
function cnfOf(key: DpopKey): { jkt: string } {
  const [header = ''] = key.proof('GET', 'https://example.com/').split('.');
  const { crv, kty, x, y } = JSON.parse(Buffer.from(header, 'base64url').toString('utf8')).jwk;
  return { jkt: hash('sha256', JSON.stringify({ crv, kty, x, y }), 'base64url') };
}

/** A token that is bound to a key, and requests with it. */
function boundToken(target: Target) {
  const key = createDpopKey();
  const text = token(issuerOf(target), { cnf: cnfOf(key) });
  const url = `${target.origin}${PATH}`;
  return {
    text,
    proof: (change: { method?: string; url?: string; token?: string; by?: DpopKey } = {}): string =>
      (change.by ?? key).proof(change.method ?? 'GET', change.url ?? url, { token: change.token ?? text }),
    send: (headers: Record<string, string>, server?: string): Promise<WireAnswer> =>
      target.wire.send({ path: PATH, headers, ...(server !== undefined && { url: server }) }),
  };
}

/** Tokens that somebody copied, and the key that they are bound to not (docs/binding.md). */
export const boundTokenAttacks: readonly Attack[] = [
  attack({
    id: 'B1',
    title: 'A token bound to a client certificate is worth nothing without that certificate, or with another',
    needs: ['issuer', 'certificates'],
    async run(target) {
      const [mine, another] = await Promise.all([certificateFor(target), certificateFor(target)]);
      const key = token(issuerOf(target), { cnf: mine.cnf });
      strictEqual((await target.wire.send({ path: PATH, key, tls: mine.tls })).status, 200, 'with its certificate');
      mustBeUnauthenticated(await target.wire.send({ path: PATH, key }));
      mustBeUnauthenticated(await target.wire.send({ path: PATH, key, tls: another.tls }));
    },
  }),
  attack({
    id: 'B2',
    title: 'A token bound to a key is worth nothing as Bearer, without a proof, or with that of another key',
    needs: ['issuer', 'origin'],
    async run(target) {
      const { text, proof, send } = boundToken(target);
      const authorization = `DPoP ${text}`;
      strictEqual((await send({ authorization, dpop: proof() })).status, 200, 'with a proof');
      mustBeUnauthenticated(await send({ authorization: `Bearer ${text}` }));
      mustBeUnauthenticated(await send({ authorization: `Bearer ${text}`, dpop: proof() }));
      mustBeUnauthenticated(await send({ authorization }));
      mustBeUnauthenticated(await send({ authorization, dpop: proof({ by: createDpopKey() }) }));
      const unbound = token(issuerOf(target));
      mustBeUnauthenticated(await send({ authorization: `DPoP ${unbound}`, dpop: proof({ token: unbound }) }));
    },
  }),
  attack({
    id: 'B3',
    title: 'A proof counts for the request that it was made for',
    needs: ['issuer', 'origin'],
    async run(target) {
      const { text, proof, send } = boundToken(target);
      const authorization = `DPoP ${text}`;
      const proofs = [
        proof({ method: 'POST' }),
        proof({ url: `${target.origin}/ojs/v1/jobs` }),
        proof({ url: `https://evil.example.com${PATH}` }),
        proof({ token: token(issuerOf(target)) }),
      ];
      for (const dpop of proofs) mustBeUnauthenticated(await send({ authorization, dpop }));
      mustBeUnauthenticated(
        await send({ authorization, dpop: proofs[2] ?? '', 'x-forwarded-host': 'evil.example.com' }),
      );
    },
  }),
  attack({
    id: 'B4',
    title: 'A proof counts once, at all servers of the installation together',
    needs: ['issuer', 'origin', 'others'],
    async run(target) {
      const { text, proof, send } = boundToken(target);
      const headers = { authorization: `DPoP ${text}`, dpop: proof() };
      strictEqual((await send(headers)).status, 200, 'the first time');
      for (const server of [target.url, ...target.others]) mustBeUnauthenticated(await send(headers, server));
    },
  }),
];

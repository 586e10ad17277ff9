import { ok, strictEqual } from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Attack, attack } from '../attack.ts';
import { mustBeAlive, mustBeRefused, mustBeUnauthenticated, withCredential } from '../must.ts';
import type { Target } from '../target.ts';
import { claimsOf, headerOf, issuerOf, signed, token } from '../token.ts';

/** Whether the good token that the attacks change is one: otherwise they would show nothing. */
export async function mustBeAccepted(target: Target, text: string): Promise<void> {
  const { status, text: answer } = await withCredential(target, `Bearer ${text}`);
  strictEqual(status, 200, `a good token was answered ${status}: ${answer.slice(0, 200)}`);
}

export async function mustAllBeRefused(target: Target, tokens: readonly string[]): Promise<void> {
  for (const text of tokens) mustBeUnauthenticated(await withCredential(target, `Bearer ${text}`));
}

export const tokenForms: readonly Attack[] = [
  attack({
    id: 'A2',
    title: 'a token with alg none, in any spelling, empty or missing, signed or not, is refused',
    needs: ['issuer'],
    async run(target) {
      const issuer = issuerOf(target);
      await mustBeAccepted(target, token(issuer));
      const spelled = ['none', 'None', 'nOnE', 'NONE', '', undefined, null, 0, 'HS256'];
      const withSignature = spelled.map((alg) => signed(issuer, headerOf(issuer, { alg }), claimsOf(issuer)));
      await mustAllBeRefused(target, [...withSignature, ...withSignature.map((each) => each.replace(/[^.]*$/, ''))]);
    },
  }),
  attack({
    id: 'A5',
    title: 'a kid that is a path, a statement, a pattern, a list, a number or very long names no key',
    needs: ['issuer'],
    async run(target) {
      const issuer = issuerOf(target);
      const kids = [
        '../../dev/null',
        '/proc/self/environ',
        "'; DROP TABLE keys; --",
        '*',
        'k?y[a-z]',
        '__proto__',
        'constructor',
      ];
      const odd = ['x'.repeat(10_240), [issuer.key.kid], 0, true, {}, null, ''];
      for (const kid of [...kids, ...odd]) {
        const answer = await withCredential(target, `Bearer ${token(issuer, {}, { kid })}`);
        if (answer.status !== 431) mustBeUnauthenticated(answer);
      }
      await mustBeAlive(target);
    },
  }),
  attack({
    id: 'A6',
    title: 'a token that brings its key, or says where to fetch it, is refused and nothing is fetched',
    needs: ['issuer'],
    async run(target) {
      let visits = 0;
      const canary = createServer((_, response) => {
        visits++;
        response.end('{"keys":[]}');
      }).listen(0, '127.0.0.1');
      await once(canary, 'listening');
      const url = `http://127.0.0.1:${(canary.address() as AddressInfo).port}/keys`;
      const issuer = issuerOf(target);
      const { kty, crv, x, y, n, e } = issuer.key;
      const headers = [{ jwk: { kty, crv, x, y, n, e } }, { jku: url }, { x5u: url }, { x5c: ['MIIB'] }];
      await mustAllBeRefused(
        target,
        headers.map((header) => token(issuer, {}, header)),
      );
      canary.close();
      strictEqual(visits, 0, 'the server followed an address in a token');
    },
  }),
  attack({
    id: 'A7',
    title: 'a token that demands an extension, or another reading of its payload, is refused',
    needs: ['issuer'],
    async run(target) {
      const issuer = issuerOf(target);
      const headers = [
        { crit: ['exp'] },
        { crit: ['urn:x'], 'urn:x': 1 },
        { b64: false, crit: ['b64'] },
        { b64: false },
        { crit: [] },
        { zip: 'DEF' },
      ];
      await mustAllBeRefused(
        target,
        headers.map((header) => token(issuer, {}, header)),
      );
    },
  }),
  attack({
    id: 'A14',
    title: 'a token whose signature is another one, cut, padded, or written another way is refused with one message',
    needs: ['issuer'],
    async run(target) {
      const issuer = issuerOf(target);
      const good = token(issuer);
      const [header = '', payload = '', mine = ''] = good.split('.');
      const other = token(issuer, { sub: 'other' }).split('.')[2] ?? '';
      const next = String.fromCharCode(mine.charCodeAt(mine.length - 1) + 1);
      await mustBeAccepted(target, good);
      await mustAllBeRefused(target, [
        `${header}.${payload}.${other}`,
        good.slice(0, -10),
        `${header}.${payload}.`,
        `${header}.${payload}`,
        `${good}=`,
        `${good}==`,
        `${header}=.${payload}.${mine}`,
        `${header}.${payload}.${mine.slice(0, -1)}${next}`,
        `${header}.${payload}.${mine}.a.b`,
        `${good}.`,
        JSON.stringify({ protected: header, payload, signature: mine }),
        JSON.stringify({ payload, signatures: [{ protected: header, signature: mine }] }),
      ]);
      mustBeUnauthenticated(await withCredential(target, `Bearer ${header} .${payload}.${mine}`));
    },
  }),
  attack({
    id: 'A15',
    title: 'a token of 100 KB, a thousand scopes or ten thousand queues is refused, and the server stays well',
    needs: ['issuer'],
    async run(target) {
      const issuer = issuerOf(target);
      const many = (count: number) => Array.from({ length: count }, (_, at) => at.toString(36));
      const tokens = [{ pad: 'x'.repeat(100_000) }, { scope: many(1_000).join(' ') }, { queues: many(10_000) }].map(
        (change) => token(issuer, change),
      );
      for (const text of tokens) {
        const answer = await withCredential(target, `Bearer ${text}`);
        ok(answer.status === 431 || answer.status === 401, `answered ${answer.status}`);
        mustBeRefused(answer, answer.status);
      }
      await mustBeAlive(target);
    },
  }),
];

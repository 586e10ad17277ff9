import { ok, strictEqual } from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Attack, attack } from '../attack.ts';
import { mustBeRefused, mustBeUnauthenticated, withCredential } from '../must.ts';

/** How a credential is presented (section A of the threat model). */
export const headerAttacks: readonly Attack[] = [
  attack({
    id: 'A28',
    title: 'Authorization sent twice is a bad request, whichever of the two is good',
    needs: ['producer'],
    async run(target) {
      const good = `Bearer ${target.keys.producer}`;
      for (const both of [
        [good, 'Bearer evil'],
        ['Bearer evil', good],
        [good, good],
      ]) {
        mustBeRefused(await withCredential(target, both), 400, 'invalid_request');
      }
    },
  }),
  attack({
    id: 'A28',
    title: 'The scheme counts in any case, and every other form of the header is no credential',
    needs: ['producer'],
    async run(target) {
      const key = target.keys.producer ?? '';
      const basic = (pair: string): string => `Basic ${Buffer.from(pair).toString('base64')}`;
      for (const good of [`bearer ${key}`, `BEARER ${key}`, `bEaReR ${key}`, basic(`any:${key}`)]) {
        strictEqual((await withCredential(target, good)).status, 200, good.slice(0, 7));
      }
      const forms = [
        `Bearer  ${key}`,
        `Bearer\t${key}`,
        `Bearer ${key} x`,
        `Bearer ${key},Bearer ${key}`,
        `Bearer: ${key}`,
        `Token ${key}`,
        `DPoP ${key}`,
        key,
        `Basic ${key}`,
        basic(key),
        basic(`${key}:`),
        basic(`any: ${key}`),
      ];
      for (const form of forms) mustBeUnauthenticated(await withCredential(target, form));
    },
  }),
  attack({
    id: 'A28',
    title: 'A credential in the URL is none',
    needs: ['producer'],
    async run({ wire, keys }) {
      for (const name of ['access_token', 'api_key', 'token', 'authorization', 'key']) {
        mustBeUnauthenticated(await wire.send({ path: `/ojs/v1/queues?${name}=${keys.producer}` }));
      }
    },
  }),
  attack({
    id: 'A28',
    title: 'A credential in the URL is told to the audit log, without its value',
    needs: ['producer', 'audit'],
    async run({ wire, keys, audit }) {
      const since = Date.now() - 1;
      const { headers } = await wire.send({ path: `/ojs/v1/queues?access_token=${keys.producer}` });
      const ofRequest = () => audit(since).filter(({ correlation_id }) => correlation_id === headers['x-request-id']);
      const isFlagged = () => ofRequest().some(({ event_type }) => event_type === 'auth.query_credential');
      for (const deadline = Date.now() + 5_000; !isFlagged() && Date.now() < deadline; ) await sleep(20);
      ok(isFlagged(), 'nothing is told');
      ok(!JSON.stringify(ofRequest()).includes(`${keys.producer}`.slice(-20)), 'the value is told');
    },
  }),
];

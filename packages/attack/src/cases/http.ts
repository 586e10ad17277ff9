import { ok, strictEqual } from 'node:assert/strict';
import { type Attack, attack } from '../attack.ts';

/** Section H of the threat model, as far as it is about identity and transport. */
export const httpAttacks: readonly Attack[] = [
  attack({
    id: 'H13',
    title: 'X-Forwarded-Proto and -Host of a client appear nowhere',
    needs: ['producer'],
    async run({ wire, keys }) {
      const forwarded = { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'http' };
      const answer = await wire.send({
        path: '/ojs/v1/jobs',
        key: keys.producer,
        body: { type: 'attack.forwarded', args: [] },
        headers: forwarded,
      });
      strictEqual(answer.status, 201, answer.text);
      ok(!`${JSON.stringify(answer.headers)}${answer.text}`.includes('evil.example'));
    },
  }),
];

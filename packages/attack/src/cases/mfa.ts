import { ok, strictEqual } from 'node:assert/strict';
import { Secret, TOTP } from 'otpauth';
import { type Attack, attack } from '../attack.ts';
import { mustBeRefused } from '../must.ts';
import type { Target } from '../target.ts';
import type { WireAnswer } from '../wire.ts';

const ELEVATE = '/ojs/v1/auth/elevate';
const STEP_MS = 30_000;

const elevate = ({ wire, keys }: Target, body: unknown, url?: string): Promise<WireAnswer> =>
  wire.send({ path: ELEVATE, key: keys.admin, body, ...(url !== undefined && { url }) });

/** What the authenticator of the admin shows, some steps from now. */
const codeOf = ({ totp = '' }: Target, steps = 0): string =>
  new TOTP({ secret: Secret.fromBase32(totp) }).generate({ timestamp: Date.now() + steps * STEP_MS });

/** Elevates, with the next code where the present one was used by an earlier attack. */
async function elevated(target: Target): Promise<{ code: string; token: string }> {
  for (const steps of [0, 1]) {
    const code = codeOf(target, steps);
    const answer = await elevate(target, { code });
    if (answer.status === 200) return { code, token: answer.body.access_token };
    mustBeRefused(answer, 403, 'mfa_failed');
  }
  throw new Error('no code was taken: wait a minute, and check the clocks');
}

/**
 * Section F of the threat model. What locks a principal or changes the policy is not tried on a server that others use: see
 * `elsewhere.ts`.
 */
export const mfaAttacks: readonly Attack[] = [
  attack({
    id: 'F1',
    title: 'A code that was used is refused within its time, at every server',
    needs: ['admin', 'totp', 'others'],
    async run(target) {
      const { code, token } = await elevated(target);
      strictEqual((await target.wire.send({ path: '/ojs/v1/queues', key: token })).status, 200);
      for (const url of [target.url, ...target.others.slice(0, 1)]) {
        mustBeRefused(await elevate(target, { code }, url), 403, 'mfa_failed');
      }
    },
  }),
  attack({
    id: 'F2',
    title: 'A code in any other form than six ASCII digits is malformed, and is not read as the code it resembles',
    needs: ['admin', 'totp'],
    async run(target) {
      const code = codeOf(target);
      const shifted = (from: number): string =>
        [...code].map((digit) => String.fromCodePoint(from + Number(digit))).join('');
      const forms: unknown[] = [
        ...[` ${code}`, `${code} `, `${code}\n`, `\t${code}`, `${code.slice(0, 3)} ${code.slice(3)}`, `${code}\u0000`],
        ...[`${code}0`, `0${code}`, code.slice(1), code.replace(/^0+/, '').padEnd(7, '0'), `+${code}`, `${code}.0`],
        // Full width, Arabic-Indic and mathematical digits, which normalise to the same text.
        ...[shifted(0xff10), shifted(0x660), shifted(0x1d7ce)],
        ...[Number(code), [code], { $eq: code }, true, null, ''],
      ];
      for (const form of forms) mustBeRefused(await elevate(target, { code: form }), 400, 'invalid_request');
      mustBeRefused(await elevate(target, {}), 400, 'invalid_request');
      // None of them was counted as an attempt, or as the code.
      for (const form of forms) ok((await elevate(target, { code: form })).status === 400);
    },
  }),
  attack({
    id: 'F8',
    title: 'No answer of the server shows the secret of a second factor',
    needs: ['admin', 'totp'],
    async run(target) {
      const { totp = '', keys } = target;
      const asked = [
        '/ojs/manifest',
        '/ojs/v1/queues',
        '/ojs/v1/admin/credentials',
        '/metrics',
        '/ojs/v1/events',
        ELEVATE,
      ];
      for (const path of asked) {
        const answer = await target.wire.send({ path, key: keys.admin });
        ok(!(answer.text + JSON.stringify(answer.headers)).includes(totp), path);
      }
    },
  }),
];

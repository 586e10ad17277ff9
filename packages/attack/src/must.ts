import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import type { Target } from './target.ts';
import type { WireAnswer } from './wire.ts';

/** What every kind of bad credential must be answered: one status, one message, in the OJS error format. */
export function mustBeUnauthenticated(answer: WireAnswer): void {
  strictEqual(answer.status, 401, `answered ${answer.status}: ${answer.text.slice(0, 200)}`);
  ok(answer.headers['www-authenticate'], '401 without WWW-Authenticate');
  deepStrictEqual(
    { code: answer.body?.error?.code, message: answer.body?.error?.message },
    { code: 'unauthenticated', message: 'A valid credential is required.' },
  );
}

/** @param code of the OJS error; undefined where several are right */
export function mustBeRefused(answer: WireAnswer, status: number, code?: string): void {
  strictEqual(answer.status, status, `answered ${answer.status}: ${answer.text.slice(0, 200)}`);
  if (code !== undefined) strictEqual(answer.body?.error?.code, code);
}

/** The server still answers those who mean it well. */
export async function mustBeAlive(target: Target): Promise<void> {
  const { status } = await target.wire.send({ path: '/ojs/v1/health' });
  strictEqual(status, 200, 'the server is not healthy any more');
}

/** Asks for something that every credential of the admin plane may see, and a producer or worker of its own plane too. */
export const withCredential = (
  target: Target,
  authorization: string | string[],
  headers: Readonly<Record<string, string | string[]>> = {},
): Promise<WireAnswer> => target.wire.send({ path: '/ojs/v1/queues', headers: { authorization, ...headers } });

import { strictEqual } from 'node:assert/strict';
import type { Target } from './target.ts';
import type { WireAnswer } from './wire.ts';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

/** Sends a form of OAuth to the server. */
export const sendForm = (
  { wire }: Target,
  path: string,
  parameters: Readonly<Record<string, string>>,
  key?: string,
): Promise<WireAnswer> =>
  wire.send({ method: 'POST', path, body: new URLSearchParams(parameters).toString(), headers: FORM, key });

/** Asks for a token with less than a credential has (RFC 8693). */
export const exchange = (
  target: Target,
  parameters: Readonly<Record<string, string>>,
  key = target.keys.producer,
): Promise<WireAnswer> =>
  sendForm(
    target,
    '/ojs/v1/auth/token',
    { grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange', ...parameters },
    key,
  );

export async function narrowed(target: Target, parameters: Readonly<Record<string, string>>): Promise<string> {
  const answer = await exchange(target, parameters);
  strictEqual(answer.status, 200, `a good exchange was answered ${answer.status}: ${answer.text.slice(0, 200)}`);
  return JSON.parse(answer.text).access_token;
}

import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { verifyWebhook } from './webhooks.ts';

const NOW = 1_764_111_600_000;
const secret = 'whsec_current';
const body = '{"type":"job.failed"}';
const sign = (by: string, at: number, text = body): string =>
  `sha256=${createHmac('sha256', by).update(`${at}.${text}`).digest('hex')}`;
const headers = (at = NOW / 1_000, ...by: string[]) => ({
  'x-ojs-timestamp': String(at),
  'x-ojs-signature': (by.length ? by : [secret]).map((each) => sign(each, at)).join(','),
});

beforeEach(() => void vi.useFakeTimers({ now: NOW, toFake: ['Date'] }));
afterEach(() => void vi.useRealTimers());

it('knows a delivery that is signed with the secret, as text, as bytes and from either kind of headers', () => {
  expect(verifyWebhook(headers(), body, secret)).toBe(true);
  expect(verifyWebhook(headers(), Buffer.from(body), [secret])).toBe(true);
  expect(verifyWebhook(new Headers(headers()), new TextEncoder().encode(body), secret)).toBe(true);
});

it('refuses another body, another secret, and a signature for another moment', () => {
  expect(verifyWebhook(headers(), `${body} `, secret)).toBe(false);
  expect(verifyWebhook(headers(), body, 'whsec_other')).toBe(false);
  expect(verifyWebhook({ ...headers(), 'x-ojs-timestamp': String(NOW / 1_000 + 1) }, body, secret)).toBe(false);
});

it('refuses what is older, or newer, than it may be, however well it is signed', () => {
  const at = (seconds: number) => verifyWebhook(headers(NOW / 1_000 + seconds), body, secret);
  expect([at(-301), at(-300), at(300), at(301)]).toEqual([false, true, true, false]);
  expect(verifyWebhook(headers(NOW / 1_000 - 30), body, secret, { toleranceMs: 29_000 })).toBe(false);
  expect(verifyWebhook(headers(), body, secret, { toleranceMs: Number.NaN })).toBe(false);
});

it('takes either secret while one is rotated, on either side', () => {
  const both = headers(NOW / 1_000, 'new', 'old');
  expect([verifyWebhook(both, body, 'old'), verifyWebhook(both, body, 'new')]).toEqual([true, true]);
  expect(verifyWebhook(headers(NOW / 1_000, 'new'), body, ['old', 'new'])).toBe(true);
  expect(verifyWebhook(both, body, 'third')).toBe(false);
});

it.each([
  ['without headers', {}],
  ['without a signature', { 'x-ojs-timestamp': String(NOW / 1_000) }],
  [
    'with headers sent twice',
    { 'x-ojs-timestamp': [String(NOW / 1_000)], 'x-ojs-signature': [sign(secret, NOW / 1_000)] },
  ],
  ['with a timestamp that is no number', { ...headers(), 'x-ojs-timestamp': 'now' }],
  ['with an empty signature', { ...headers(), 'x-ojs-signature': '' }],
  ['with a signature cut short', { ...headers(), 'x-ojs-signature': sign(secret, NOW / 1_000).slice(0, -2) }],
  ['with another algorithm', { ...headers(), 'x-ojs-signature': sign(secret, NOW / 1_000).replace('256', '1') }],
])('refuses a delivery %s', (_name, given) => {
  expect(verifyWebhook(given, body, secret)).toBe(false);
});

it('looks at no more signatures than a rotation makes', () => {
  const many = `${`${sign('x', 1)},`.repeat(100_000)}${headers()['x-ojs-signature']}`;
  expect(verifyWebhook({ ...headers(), 'x-ojs-signature': many }, body, secret)).toBe(false);
});

it('cannot be asked without a secret, with which everything would be genuine', () => {
  for (const none of ['', [], ['']]) expect(() => verifyWebhook(headers(), body, none)).toThrow(TypeError);
});

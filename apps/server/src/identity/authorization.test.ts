import { expect, test } from 'vitest';
import type { Subject } from '../access/decide.ts';
import { presentedSecret } from './authorization.ts';
import { identify } from './identify.ts';
import type { ClientCertificate } from './identity.ts';

const basic = (pair: string): string => `Basic ${Buffer.from(pair, 'latin1').toString('base64')}`;

test.each([
  ['Bearer KEY', { scheme: 'bearer', secret: 'KEY' }],
  ['bearer KEY', { scheme: 'bearer', secret: 'KEY' }],
  ['BEARER KEY', { scheme: 'bearer', secret: 'KEY' }],
  ['DPoP TOKEN', { scheme: 'dpop', secret: 'TOKEN' }],
  ['dpop TOKEN', { scheme: 'dpop', secret: 'TOKEN' }],
  [basic('anybody:KEY'), { scheme: 'basic', secret: 'KEY' }],
  [basic(':KEY'), { scheme: 'basic', secret: 'KEY' }],
  [basic('a:KEY:with:colons'), { scheme: 'basic', secret: 'KEY:with:colons' }],
])('%s presents a secret', (header, presented) => {
  expect(presentedSecret(header)).toEqual(presented);
});

test.each([
  '',
  'Bearer',
  'Bearer ',
  'Bearer  KEY',
  'Bearer\tKEY',
  ' Bearer KEY',
  'Bearer KEY ',
  'Bearer KEY, Bearer OTHER',
  'Bearer KEY\r\nX: y',
  'Bearer KE\0Y',
  'Bearer KÉY',
  'Bearer 🔑',
  'Token KEY',
  'DPoP  TOKEN',
  'DPoP',
  'KEY',
  'Basic KEY:',
  basic('no colon'),
])('%j presents nothing', (header) => {
  expect(presentedSecret(header)).toBeUndefined();
});

const asking = { authorizationCount: 1, sourceIp: '127.0.0.1' };

test('two Authorization headers are refused, whatever they say', () => {
  const never = (): never => {
    throw new Error('asked');
  };
  expect(identify({ header: [never] }, { ...asking, authorization: 'Bearer KEY', authorizationCount: 2 })).toEqual({
    refused: 'several_credentials',
  });
});

test('mechanisms are asked in turn until one knows the kind of credential', async () => {
  const knows = { refused: 'by me' };
  const asked = { ...asking, authorization: 'Bearer KEY' };
  expect(identify({ header: [() => undefined, () => knows, () => ({ refused: 'too late' })] }, asked)).toBe(knows);
  expect(await identify({ header: [async () => undefined, () => undefined, async () => knows] }, asked)).toBe(knows);
  expect(identify({ header: [() => undefined] }, asked)).toEqual({ refused: 'unknown_kind_of_credential' });
  expect(identify({ header: [() => undefined] }, { sourceIp: '127.0.0.1', authorizationCount: 0 })).toEqual({
    refused: 'no_credential',
  });
});

test('what a certificate of the same principal confirms is bound to it, and what is bound already stays as it is', () => {
  const principal: Subject = {
    ...{ id: 'ada', tenant: '_default', plane: 'admin', roles: [], grants: [], mfa: false },
    credential: { kind: 'api_key', id: 'k' },
  };
  const certificate: ClientCertificate = {
    ...{ thumbprint: 'x5t', serial: '1', authority: 'people', tenant: '_default', notAfter: 0 },
    names: { dns: [], uri: [], email: [] },
  };
  const asked = { ...asking, authorization: 'Bearer KEY', certificate };
  const ofSame = { header: [() => ({ principal })], certificate: () => ({ principal }) };
  expect(identify(ofSame, asked)).toEqual({ principal, binding: { kind: 'certificate', thumbprint: 'x5t' } });
  const binding = { kind: 'dpop', thumbprint: 'jkt' } as const;
  expect(identify({ ...ofSame, header: [() => ({ principal, binding })] }, asked)).toEqual({ principal, binding });
  expect(identify({ ...ofSame, certificate: () => undefined }, asked)).toEqual({ principal });
});

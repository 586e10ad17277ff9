import { expect, test } from 'vitest';
import { presentedSecret } from './authorization.ts';
import { identify } from './identify.ts';

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

import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { clientOf } from './forwarded.ts';
import { TrustedProxies } from './trusted-proxies.ts';

const trusted = new TrustedProxies(['10.0.0.0/8', '2001:db8:1::/48']);

/** As a request comes in from an address, with these raw headers. */
function ask(remoteAddress: string, ...rawHeaders: string[]) {
  const headers: Record<string, string> = {};
  for (let i = 0; i < rawHeaders.length; i += 2)
    headers[(rawHeaders[i] ?? '').toLowerCase()] ??= rawHeaders[i + 1] ?? '';
  return clientOf({ socket: { remoteAddress }, headers, rawHeaders } as unknown as IncomingMessage, trusted);
}
const from = (list: string, proxy = '10.0.0.1') => ask(proxy, 'X-Forwarded-For', list);
const malformed = (name: string) => ({ malformed: name });
const der = Buffer.from([0x30, 0x03, 0x02, 0x01, 0x05]);
const cert = `:${der.toString('base64')}:`;

describe('the address of a client', () => {
  it('is that of the connection, whatever the client says, unless it comes from a trusted proxy', () => {
    const said = ['X-Forwarded-For', '198.51.100.1', 'Client-Cert', cert];
    expect(ask('192.0.2.1', ...said)).toEqual({ address: '192.0.2.1', isForwarded: false });
    expect(ask('::ffff:192.0.2.1', ...said)).toEqual({ address: '192.0.2.1', isForwarded: false });
    expect(ask('11.0.0.1', 'X-Forwarded-For', 'no address', 'Client-Cert', 'x')).toEqual({
      address: '11.0.0.1',
      isForwarded: false,
    });
  });

  it.each([
    ['198.51.100.1', '198.51.100.1'],
    ['1.1.1.1, 198.51.100.1', '198.51.100.1'],
    ['1.1.1.1, 198.51.100.1,10.2.2.2 , 10.3.3.3', '198.51.100.1'],
    ['<script>, ;DROP, 198.51.100.1', '198.51.100.1'],
    ['10.9.9.9, 10.8.8.8', '10.9.9.9'],
    ['198.51.100.1:4711', '198.51.100.1'],
    ['[2001:db8:2:0::1]:4711', '2001:db8:2::1'],
    ['2001:DB8:2::1', '2001:db8:2::1'],
    ['2001:db8:2::1, 2001:db8:1::7', '2001:db8:2::1'],
    ['::ffff:198.51.100.1', '198.51.100.1'],
  ])('in %j is the last that is no proxy of ours', (list, address) =>
    expect(from(list)).toEqual({ address, isForwarded: true }),
  );

  it.each([
    '',
    ',',
    'unknown',
    '198.51.100.1,',
    '_hidden',
    '1',
    '0x7f.1',
    '127.1',
    '198.51.100.1:x',
    'fe80::1%eth0',
    '[::1',
  ])('%j is not guessed at', (list) => expect(from(list)).toEqual(malformed('X-Forwarded-For')));

  it('is the proxy’s own where it says nothing, by IPv6 too', () => {
    expect(ask('10.0.0.1')).toEqual({ address: '10.0.0.1', isForwarded: true });
    expect(ask('::ffff:10.0.0.1')).toEqual({ address: '10.0.0.1', isForwarded: true });
    expect(from('198.51.100.1', '2001:db8:1::5')).toEqual({ address: '198.51.100.1', isForwarded: true });
  });

  it('is not taken from a header that came twice: one of them may be the client’s', () => {
    const twice = ask('10.0.0.1', 'X-Forwarded-For', '1.1.1.1', 'x-forwarded-for', '198.51.100.1');
    expect(twice).toEqual(malformed('X-Forwarded-For'));
  });
});

describe('the certificate of a client', () => {
  const forwarded = (...headers: string[]) => ask('10.0.0.1', ...headers);

  it('comes from a trusted proxy with its chain', () => {
    expect(forwarded('Client-Cert', cert)).toEqual({ address: '10.0.0.1', isForwarded: true, certificates: [der] });
    const both = forwarded('Client-Cert', cert, 'Client-Cert-Chain', `${cert}, ${cert}`);
    expect(both).toEqual({ address: '10.0.0.1', isForwarded: true, certificates: [der, der, der] });
  });

  it.each([
    ['a text', 'MIIB'],
    ['nothing', ''],
    ['nothing in colons', '::'],
    ['another alphabet', ':_-_-:'],
    ['bits that mean nothing', ':MAMCAQX=:'],
    ['a missing end', ':MAMCAQU=:'.slice(0, -1)],
    ['missing padding', ':MAMCAQU:'],
    ['parameters', `${cert};a=1`],
    ['two of them', `${cert}, ${cert}`],
    ['PEM', '-----BEGIN CERTIFICATE-----'],
  ])('that is %s is malformed', (_, text) => {
    expect(forwarded('Client-Cert', text)).toEqual(malformed('Client-Cert'));
    expect(forwarded('Client-Cert', cert, 'Client-Cert-Chain', text === `${cert}, ${cert}` ? 'x' : text)).toEqual(
      malformed('Client-Cert-Chain'),
    );
  });

  it('that came twice, or a chain without it, is malformed', () => {
    expect(forwarded('Client-Cert', cert, 'client-cert', cert)).toEqual(malformed('Client-Cert'));
    expect(forwarded('Client-Cert-Chain', cert)).toEqual(malformed('Client-Cert-Chain'));
    const chains = forwarded('Client-Cert', cert, 'Client-Cert-Chain', cert, 'Client-Cert-Chain', cert);
    expect(chains).toEqual(malformed('Client-Cert-Chain'));
  });
});

it('nobody is trusted unless listed', () => {
  expect(new TrustedProxies().includes('127.0.0.1')).toBe(false);
  expect(new TrustedProxies(['127.0.0.1']).includes('127.0.0.2')).toBe(false);
  expect(trusted.includes('unknown')).toBe(false);
});

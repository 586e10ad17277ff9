import { describe, expect, it } from 'vitest';
import { createAllowed } from './allow.ts';
import { checkTarget } from './target.ts';

const none = createAllowed([]);
const check = (url: string, allowed = none, plain = false) => checkTarget(url, allowed, plain);

describe('a target', () => {
  it.each([
    'https://example.com/hook',
    'https://example.com:8443/hook?a=b',
    'https://93.184.216.34/',
    'https://[2606:4700::6810:84e5]/',
    'https://[64:ff9b::5db8:d822]/',
    'https://xn--bcher-kva.example.com/',
  ])('can be %s', (url) => {
    expect(check(url).url.href).toBe(url);
  });

  it.each([
    ['another scheme', 'ftp://example.com/'],
    ['a file', 'file:///etc/passwd'],
    ['plain http', 'http://example.com/'],
    ['credentials', 'https://good.example.com@127.0.0.1/'],
    ['a password', 'https://user:pw@example.com/'],
    ['a fragment', 'https://example.com/#x'],
    ['a port of another service', 'https://example.com:22/'],
    ['not a URL', 'example.com'],
    ['a URL without an end', `https://example.com/${'a'.repeat(2_048)}`],
    ['loopback', 'https://127.0.0.1/'],
    ['loopback, any of them', 'https://127.8.9.1:8443/'],
    ['loopback as octal', 'https://0177.0.0.1/'],
    ['loopback as decimal', 'https://2130706433/'],
    ['loopback as hexadecimal', 'https://0x7f.1/'],
    ['loopback, shortened', 'https://127.1/'],
    ['loopback in other digits', 'https://①②⑦.0.0.1/'],
    ['loopback, percent-encoded', 'https://%31%32%37.0.0.1/'],
    ['loopback with a dot at the end', 'https://127.0.0.1./'],
    ['everybody', 'https://0.0.0.0/'],
    ['zero', 'https://0/'],
    ['IPv6 loopback', 'https://[::1]/'],
    ['IPv6 nobody', 'https://[::]/'],
    ['IPv4 in IPv6', 'https://[::ffff:127.0.0.1]/'],
    ['IPv4 in IPv6, in hexadecimal', 'https://[::ffff:7f00:1]/'],
    ['IPv4-compatible IPv6', 'https://[::7f00:1]/'],
    ['translated IPv4', 'https://[64:ff9b::10.0.0.1]/'],
    ['local translation', 'https://[64:ff9b:1::a00:1]/'],
    ['6to4', 'https://[2002:7f00:1::]/'],
    ['Teredo', 'https://[2001:0:53aa:64c:0:fbff:80ff:fffe]/'],
    ['unique local', 'https://[fd00:ec2::254]/'],
    ['IPv6 link-local', 'https://[fe80::1]/'],
    ['site-local', 'https://[fec0::1]/'],
    ['IPv6 multicast', 'https://[ff02::1]/'],
    ['private 10', 'https://10.1.2.3/'],
    ['private 172', 'https://172.31.255.255/'],
    ['private 192', 'https://192.168.0.1/'],
    ['link-local, cloud metadata', 'https://169.254.169.254/latest/meta-data'],
    ['metadata in the public range', 'https://168.63.129.16/'],
    ['carrier-grade NAT', 'https://100.100.100.200/'],
    ['benchmarking', 'https://198.18.0.1/'],
    ['multicast', 'https://224.0.0.1/'],
    ['broadcast', 'https://255.255.255.255/'],
    ['localhost', 'https://localhost/'],
    ['localhost with a dot at the end', 'https://localhost./'],
    ['localhost with dots at the end', 'https://localhost../'],
    ['below localhost', 'https://a.LOCALHOST/'],
    ['one label', 'https://redis/'],
    ['cluster names', 'https://api.default.svc.cluster.local/'],
    ['metadata by name', 'https://metadata.google.internal/'],
  ])('cannot be %s: %s', (_what, url) => {
    expect(() => check(url)).toThrow(/^must/);
  });

  it('inside is possible where the operator names it, by host or by network', () => {
    const allowed = createAllowed(['hooks.internal', '10.1.0.0/16', 'fd00:1::/32']);
    for (const url of [
      'http://hooks.internal:80/',
      'https://HOOKS.internal./',
      'https://10.1.2.3:443/',
      'http://[fd00:1::1]/',
    ])
      expect(check(url, allowed).isNamed).toBe(true);
    for (const url of [
      'https://other.internal/',
      'https://10.2.0.1/',
      'https://[fd00:2::1]/',
      'https://a.hooks.internal/',
    ])
      expect(() => check(url, allowed)).toThrow(/internet/);
  });

  it('that is nobody stays so, whatever is allowed', () => {
    const everything = createAllowed(['0.0.0.0/0', '::/0']);
    for (const url of ['https://0.0.0.0/', 'https://[::]/', 'https://224.0.0.1/']) {
      expect(() => check(url, everything)).toThrow(/internet/);
    }
  });

  it('may be plain http in development, but not inside', () => {
    expect(check('http://example.com/', none, true).url.protocol).toBe('http:');
    expect(() => check('http://127.0.0.1/', none, true)).toThrow(/internet/);
  });
});

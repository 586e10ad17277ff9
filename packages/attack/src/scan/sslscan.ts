import type { Finding } from './finding.ts';

const attributesOf = (xml: string, element: string): Record<string, string>[] =>
  [...xml.matchAll(new RegExp(`<${element}\\s([^>]*?)/?>`, 'g'))].map(([, text = '']) =>
    Object.fromEntries([...text.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value])),
  );

const textOf = (xml: string, element: string): string | undefined =>
  new RegExp(`<${element}[^>]*>([^<]*)</${element}>`).exec(xml)?.[1];

const MODERN: ReadonlySet<string> = new Set(['1.2', '1.3']);
/** Forward secrecy, and encryption that is authenticated. */
const STRONG = /^(TLS_\w+|ECDHE-(ECDSA|RSA)-(AES\d+-GCM-SHA\d+|CHACHA20-POLY1305))$/;

/** What sslscan's XML (version 2) says against the server. It only lists what it saw; the judgement is made here. */
export function judgeSslscan(xml: string): Finding[] {
  const found: [broken: boolean, id: string, text: string][] = [
    ...attributesOf(xml, 'protocol').map(({ type, version = '', enabled }): [boolean, string, string] => [
      enabled === '1' && !(type === 'tls' && MODERN.has(version)),
      'protocol',
      `${type} ${version} is spoken`,
    ]),
    ...attributesOf(xml, 'cipher').map(({ sslversion, cipher = '' }): [boolean, string, string] => [
      !STRONG.test(cipher),
      'cipher',
      `${sslversion} ${cipher}`,
    ]),
    ...attributesOf(xml, 'heartbleed').map(({ vulnerable }): [boolean, string, string] => [
      vulnerable === '1',
      'heartbleed',
      'vulnerable',
    ]),
    ...attributesOf(xml, 'compression').map(({ supported }): [boolean, string, string] => [
      supported === '1',
      'compression',
      'supported',
    ]),
    ...attributesOf(xml, 'renegotiation').map(({ supported, secure }): [boolean, string, string] => [
      supported === '1' && secure === '0',
      'renegotiation',
      'insecure',
    ]),
    [
      /sha1|md5/i.test(textOf(xml, 'signature-algorithm') ?? ''),
      'signature',
      'the certificate is signed with SHA-1 or MD5',
    ],
    [textOf(xml, 'self-signed') === 'true', 'self-signed', 'the certificate is its own authority'],
    [textOf(xml, 'expired') === 'true', 'expired', 'the certificate has ended'],
    [attributesOf(xml, 'cipher').length === 0, 'silent', 'no cipher was found: the scan did not work'],
  ];
  return found.filter(([broken]) => broken).map(([, id, text]) => ({ judge: 'sslscan', id, text }));
}

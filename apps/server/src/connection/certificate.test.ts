import { generateKeyPairSync } from 'node:crypto';
import { createAuthority, type Issued, type IssueOptions } from '@ojs/dev';
import { beforeAll, describe, expect, it } from 'vitest';
import { judgeCertificate } from './certificate.ts';

const DAY_MS = 86_400_000;
const now = Date.now();
const pairOf = ({ cert, key }: { cert: string; key: string }) => ({ cert: Buffer.from(cert), key: Buffer.from(key) });

let issue: (options?: Partial<IssueOptions>) => Promise<Issued>;
let good: Issued;
beforeAll(async () => {
  const authority = await createAuthority();
  issue = (options = {}) => authority.issue({ names: ['localhost'], ...options });
  good = await issue();
});

describe('a certificate and its key', () => {
  it('are judged good with serial and end', () => {
    const judged = judgeCertificate(pairOf(good), now);
    expect(judged).toEqual({ serial: good.serialNumber.toUpperCase(), notAfter: good.notAfter.setMilliseconds(0) });
  });

  it('are not a pair when the key belongs to another certificate', async () => {
    const { key } = await issue();
    expect(judgeCertificate(pairOf({ ...good, key }), now)).toEqual({ unfit: 'pair_mismatch' });
  });

  it('are judged by the moment', () => {
    const at = (ms: number) => judgeCertificate(pairOf(good), ms);
    expect(at(good.notAfter.getTime() - 1_000)).toHaveProperty('serial');
    expect(at(good.notAfter.getTime())).toEqual({ unfit: 'certificate_expired' });
    expect(at(now - DAY_MS)).toEqual({ unfit: 'certificate_not_yet_valid' });
  });

  it.each([
    ['an empty certificate', () => ({ ...good, cert: '' }), 'certificate_unreadable'],
    ['half a certificate', () => ({ ...good, cert: good.cert.slice(0, 300) }), 'certificate_unreadable'],
    [
      'a chain cut in the middle',
      () => ({ ...good, cert: good.cert + good.cert.slice(0, 300) }),
      'certificate_unreadable',
    ],
    ['an empty key', () => ({ ...good, key: '' }), 'key_unreadable'],
    ['half a key', () => ({ ...good, key: good.key.slice(0, 80) }), 'key_unreadable'],
    ['the certificate twice', () => ({ ...good, key: good.cert }), 'key_unreadable'],
    ['a key with a passphrase', () => ({ ...good, key: encrypted() }), 'key_encrypted'],
  ])('%s is refused', (_, pair, unfit) => expect(judgeCertificate(pairOf(pair()), now)).toEqual({ unfit }));

  it('for clients only is refused, for both or for everything is not', async () => {
    expect(judgeCertificate(pairOf(await issue({ usage: 'client' })), now)).toEqual({
      unfit: 'certificate_not_for_servers',
    });
    for (const usage of ['both', 'none'] as const) {
      expect(judgeCertificate(pairOf(await issue({ usage })), now)).toHaveProperty('serial');
    }
  });
});

const encrypted = (): string =>
  generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' },
  }).privateKey;

import { X509Certificate } from 'node:crypto';
import type { Authority as TestAuthority } from '@ojs/dev';
import { type Authority, anchorsOf } from '../src/identity/certificate/authority.ts';
import { type Certificate, readCertificate } from '../src/identity/certificate/certificate.ts';
import { derOf } from '../src/identity/certificate/pem.ts';
import { type RevocationList, readRevocationList } from '../src/identity/certificate/revocation-list.ts';

/** The DER of each certificate of a PEM text, as a handshake or a proxy hands it over. */
export const chainOf = (pem: string): Buffer[] => derOf(pem, 'CERTIFICATE');

export const certificatesOf = (pem: string): Certificate[] => chainOf(pem).map(readCertificate);

/** As Node reads it: for comparison. */
export const serialOf = (pem: string): string => new X509Certificate(pem).serialNumber;

/** An authority as the server has it after it has read its files. */
export function believe(ca: string, more: Partial<Authority> = {}): Authority {
  return { id: 'test', tenant: '_default', crl: 'none', lists: new Map(), ...anchorsOf(certificatesOf(ca)), ...more };
}

/** The lists of test authorities, as {@link Authority.lists}. */
export async function listsOf(
  authorities: readonly TestAuthority[],
  options: Parameters<TestAuthority['crl']>[0] = {},
  now = Date.now(),
): Promise<Map<string, RevocationList>> {
  const all = certificatesOf(authorities.map(({ cert }) => cert).join('\n'));
  const lists = await Promise.all(
    authorities.map(async (each) => {
      const [der] = derOf(await each.crl(options), 'X509 CRL');
      return readRevocationList(der ?? Buffer.alloc(0), all, now);
    }),
  );
  return new Map(lists.map((list) => [list.issuer, list]));
}

import type { TenantScope } from '@ojs/schema';
import type { z } from 'zod';
import { type Certificate, readCertificate } from './certificate.ts';
import { Malformed } from './der.ts';
import { derOf } from './pem.ts';
import type { RevocationList } from './revocation-list.ts';

/** A configured authority with its files read: whose certificates are believed, and for which tenants. */
export interface Authority {
  readonly id: string;
  readonly tenant: z.infer<typeof TenantScope>;
  /** Where a path may end: those of its file whose issuer is not in the file. */
  readonly anchors: readonly Certificate[];
  /** The others of its file: clients need not send them. */
  readonly intermediates: readonly Certificate[];
  /** `required`: a certificate whose issuer has no list in force is refused. `optional`: lists count where there are any. */
  readonly crl: 'required' | 'optional' | 'none';
  /** By the issuer's {@link Certificate.signer}. */
  readonly lists: ReadonlyMap<string, RevocationList>;
}

/** Tells trust anchors from what stands below them in the same file. */
export function anchorsOf(certificates: readonly Certificate[]): Pick<Authority, 'anchors' | 'intermediates'> {
  const isBelow = (each: Certificate): boolean =>
    !each.subject.equals(each.issuer) && certificates.some((other) => other.subject.equals(each.issuer));
  return {
    anchors: certificates.filter((each) => !isBelow(each)),
    intermediates: certificates.filter(isBelow),
  };
}

/** The certificates of a CA file. @throws {Malformed} when it holds none, or one that is no CA. */
export function readAuthorities(pem: string): readonly Certificate[] {
  const all = derOf(pem, 'CERTIFICATE').map(readCertificate);
  if (all.length === 0) throw new Malformed('holds no certificate in PEM');
  for (const { isAuthority, hasStrongKey, keyUsage } of all) {
    if (!isAuthority || keyUsage?.keyCertSign === false) throw new Malformed('holds a certificate that is no CA');
    if (!hasStrongKey) throw new Malformed('holds a CA with a key that is too weak: RSA needs 2048 bits');
  }
  return all;
}

import * as x509 from '@peculiar/x509';
import { ECDSA_P256, type Issuer, type RawExtension, rawExtensions } from './issue-certificate.ts';

export type CrlOptions = {
  /** Default now. */
  thisUpdate?: Date;
  /** Default in a day. */
  nextUpdate?: Date;
  extensions?: RawExtension[];
};

/** RFC 5280 §5.3.1. */
export type RevocationReason = 'keyCompromise' | 'affiliationChanged' | 'superseded' | 'cessationOfOperation';

const dayMs = 86_400_000;

/** What an authority has revoked. */
export class RevocationList {
  readonly #issuer: Issuer;
  readonly #revoked = new Map<string, { revocationDate: Date; reason?: x509.X509CrlReason }>();

  constructor(issuer: Issuer) {
    this.#issuer = issuer;
  }

  revoke(serialNumber: string, reason?: RevocationReason): void {
    this.#revoked.set(serialNumber, {
      revocationDate: new Date(),
      ...(reason && { reason: x509.X509CrlReason[reason] }),
    });
  }

  /** The list as it is now, signed, PEM. */
  async pem(options: CrlOptions = {}): Promise<string> {
    const now = Date.now();
    const list = await x509.X509CrlGenerator.create({
      issuer: this.#issuer.certificate.subjectName,
      thisUpdate: options.thisUpdate ?? new Date(now),
      nextUpdate: options.nextUpdate ?? new Date(now + dayMs),
      entries: [...this.#revoked].map(([serialNumber, entry]) => ({ serialNumber, ...entry })),
      signingAlgorithm: ECDSA_P256,
      signingKey: this.#issuer.signingKey,
      extensions: [
        await x509.AuthorityKeyIdentifierExtension.create(this.#issuer.certificate.publicKey),
        ...rawExtensions(options.extensions),
      ],
    });
    return x509.PemConverter.encode(list.rawData, 'X509 CRL');
  }
}

import type { Subject } from '../../access/decide.ts';
import type { ClientCertificate, Identified, Mechanism } from '../identity.ts';
import { identityOf } from './rules.ts';
import type { Certificates } from './settings.ts';

export interface CertificateOptions {
  /** The section of the identity file as it is now. */
  readonly settings: () => Certificates;
  readonly isDisabled: (principal: Subject) => boolean;
}

/** Client certificates as credentials. What was found is remembered by certificate, until the rules change. */
export function certificates({ settings, isDisabled }: CertificateOptions): Mechanism {
  let rules: Certificates['rules'] = [];
  let found = new WeakMap<ClientCertificate, { readonly identified: Identified | undefined }>();

  function identify(certificate: ClientCertificate): Identified | undefined {
    const now = settings().rules;
    if (now !== rules) {
      rules = now;
      found = new WeakMap();
    }
    const known = found.get(certificate);
    if (known !== undefined) return known.identified;
    const identified = identityOf(certificate, rules);
    found.set(certificate, { identified });
    return identified;
  }

  return ({ certificate }) => {
    const identified = certificate && identify(certificate);
    if (identified === undefined || 'refused' in identified || !isDisabled(identified.principal)) return identified;
    return { refused: 'principal_disabled', claimed: identified.principal };
  };
}

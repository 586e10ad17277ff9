import { agree } from './agree.ts';
import type { Asking, Identified, Known, Mechanism, Mechanisms, Refused } from './identity.ts';

const SEVERAL: Refused = { refused: 'several_credentials' };
const NOT_MEANT: Refused = { refused: 'cross_site_request' };
const UNKNOWN: Refused = { refused: 'unknown_kind_of_credential' };

/**
 * Who is asking, by all credentials of the request together: header and certificate are each identified, must agree, and what is
 * bound must be proven. Two Authorization headers are refused: a proxy and this server could each believe another one.
 * Never throws for what a client sent; synchronous where every mechanism is.
 */
export function identify(mechanisms: Mechanisms, asking: Asking): Promise<Identified> | Identified {
  if (asking.authorizationCount > 1) return SEVERAL;
  // A browser shows its certificate to whatever a page asks for; the header only its own page can write.
  if (asking.isCrossSite && asking.certificate !== undefined && asking.authorization === undefined) return NOT_MEANT;
  const byHeader = asking.authorization === undefined ? undefined : ask(mechanisms.header, asking, 0);
  const byCertificate = asking.certificate === undefined ? undefined : mechanisms.certificate?.(asking);
  if (byHeader instanceof Promise || byCertificate instanceof Promise) {
    return Promise.all([byHeader, byCertificate]).then((both) => together(mechanisms, asking, ...both));
  }
  return together(mechanisms, asking, byHeader, byCertificate);
}

function together(
  { prove }: Mechanisms,
  asking: Asking,
  byHeader: Identified | undefined,
  byCertificate: Identified | undefined,
): Promise<Identified> | Identified {
  const agreed = agree(byHeader, byCertificate);
  if ('refused' in agreed) return agreed;
  const identified = byCertificate === undefined ? agreed : boundToCertificate(agreed, asking);
  if (prove === undefined) return identified;
  const refused = prove(asking, identified, byCertificate !== undefined);
  return refused instanceof Promise ? refused.then((late) => late ?? identified) : (refused ?? identified);
}

/** What a certificate of the same principal confirms is bound to it: so are tokens that come of it. */
function boundToCertificate(known: Known, { certificate }: Asking): Known {
  if (certificate === undefined || known.binding !== undefined) return known;
  return { ...known, binding: { kind: 'certificate', thumbprint: certificate.thumbprint } };
}

function ask(mechanisms: readonly Mechanism[], asking: Asking, from: number): Promise<Identified> | Identified {
  for (let at = from; at < mechanisms.length; at++) {
    const answer = mechanisms[at]?.(asking);
    if (answer instanceof Promise) return answer.then((late) => late ?? ask(mechanisms, asking, at + 1));
    if (answer !== undefined) return answer;
  }
  return UNKNOWN;
}

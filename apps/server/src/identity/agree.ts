import { homeOf } from '../access/decide.ts';
import type { Identified } from './identity.ts';

/**
 * Several credentials in one request must be of the same principal. The Authorization header's decides the rights; the
 * certificate confirms who holds it. One that is bad refuses the request, however good the other one.
 *
 * @param byHeader undefined: no Authorization header
 * @param byCertificate undefined: no client certificate, or one that stands for nobody and can only bind a token
 */
export function agree(byHeader: Identified | undefined, byCertificate: Identified | undefined): Identified {
  if (byHeader === undefined || 'refused' in byHeader) return byHeader ?? byCertificate ?? { refused: 'no_credential' };
  if (byCertificate === undefined || 'refused' in byCertificate) return byCertificate ?? byHeader;
  const [{ principal }, { principal: other }] = [byHeader, byCertificate];
  if (principal.id === other.id && homeOf(principal) === homeOf(other)) return byHeader;
  return { refused: 'credentials_disagree', answer: 'permission_denied', claimed: principal };
}

import type { IncomingHttpHeaders } from 'node:http';

/**
 * Whether a browser sent the request for a page of another site: as it says itself (Fetch Metadata), or where it is too old for that, because
 * it names an origin. This server has no pages.
 */
export function isCrossSite({ origin, 'sec-fetch-site': site }: IncomingHttpHeaders): boolean {
  return site === undefined ? origin !== undefined : site !== 'none' && site !== 'same-origin';
}

import { hash } from 'node:crypto';
import { z } from 'zod';

/** How far `iat` may be from now, in either direction, in milliseconds: clocks differ, and a proof is made for one request. */
export const WINDOW_MS = 60_000;

const Claims = z.object({
  /** Bounded, since it is remembered. */
  jti: z.string().min(1).max(256),
  htm: z.string().max(32),
  htu: z.string().max(4_096),
  iat: z.number(),
  ath: z.string().max(64).optional(),
});
type Claims = z.infer<typeof Claims>;

/** Which request a proof must have been made for. */
export interface ProvenRequest {
  readonly method: string;
  /** As the request line had it, without the query. */
  readonly path: string;
  /** Under which this server is known. */
  readonly origins: readonly string[];
  /** The access token that the request presents; absent where it asks for one. */
  readonly token?: string | undefined;
}

/** The payload of a proof, or undefined where it is none. @param text base64url */
export function readProofClaims(text: string): Claims | undefined {
  try {
    return Claims.safeParse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))).data;
  } catch {
    return undefined;
  }
}

/**
 * Whether the proof is for this very request, made just now (RFC 9449 §4.3, 8 to 11). Query and fragment of `htu` do not count.
 * @param now milliseconds since the epoch
 * @returns why not, for the audit log
 */
export function mismatch(claims: Claims, request: ProvenRequest, now: number): string | undefined {
  const url = URL.parse(claims.htu);
  if (claims.htm !== request.method) return 'proof_for_another_method';
  if (url === null || !request.origins.includes(url.origin) || url.pathname !== request.path)
    return 'proof_for_another_url';
  if (Math.abs(now - claims.iat * 1_000) > WINDOW_MS) return 'proof_not_of_now';
  if (request.token !== undefined && claims.ath !== hash('sha256', request.token, 'base64url')) {
    return 'proof_for_another_token';
  }
  return undefined;
}

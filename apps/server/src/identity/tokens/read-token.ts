import { z } from 'zod';
import { looksLikeJwt } from '../jwt/compact.ts';

/** Nothing longer is looked at; a token of ours is never as long. */
const CHARS = 8_192;
const COMPACT = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{86})$/;

/** The header of a token of ours, and nothing else in it: no key of its own, no address to fetch one from, no extension. */
const Header = z.strictObject({
  alg: z.literal('ES256'),
  typ: z.literal('at+jwt'),
  kid: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
});

/** Whether a text could be one of our tokens: `foreign` says another issuer, or is none at all. */
export function readToken(text: string, issuer: string): { kid: string } | 'foreign' | 'malformed' {
  if (text.length > CHARS || !looksLikeJwt(text)) return 'foreign';
  const [header = '', payload = ''] = text.split('.', 2);
  const claims = jsonOf(payload);
  if (typeof claims !== 'object' || claims === null || !('iss' in claims) || claims.iss !== issuer) return 'foreign';
  const parsed = Header.safeParse(jsonOf(header));
  if (!parsed.success || !COMPACT.test(text) || !text.split('.').every(isCanonical)) return 'malformed';
  return { kid: parsed.data.kid };
}

/** Other texts that decode to the same bytes would be other names of one token. */
const isCanonical = (part: string): boolean => Buffer.from(part, 'base64url').toString('base64url') === part;

function jsonOf(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}

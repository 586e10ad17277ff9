import { z } from 'zod';
import type { SecretValues } from '../../config/secret-store.ts';
import { MAPPING } from '../jwt/mapping-settings.ts';

/** An authorization server that is asked about tokens that say nothing themselves (RFC 7662; identity file, section `introspection`). */
const Introspector = z.strictObject({
  ...MAPPING,
  /** Its introspection endpoint. */
  url: z.url({ protocol: /^https?$/, error: 'must be an https URL' }),
  /** Who this server is there (`client_secret_basic`, RFC 6749 §2.3.1): the secret is OJS_SECRET_NAME, here NAME stands. */
  clientId: z.string().min(1).max(255),
  secret: z.string().regex(/^[A-Z0-9_]{1,128}$/, 'must be the NAME of OJS_SECRET_NAME'),
  /** One of these must be in `aud`. */
  audience: z.array(z.string().min(1).max(1_024)).min(1).max(20),
  /** What `iss` says, where the answer has it. */
  issuer: z.string().min(1).max(1_024).optional(),
  /** How long an answer is kept: a token that is revoked there is used no longer than that. */
  cacheSeconds: z.int().min(0).max(5).default(5),
});
export type Introspector = z.infer<typeof Introspector>;

/** At most one: an opaque token does not say who could be asked about it. */
export const Introspection = z.array(Introspector).max(1).default([]);

interface Sections {
  readonly introspection: readonly Introspector[];
  readonly issuers: readonly { readonly name: string }[];
}

/**
 * What a schema of one section cannot say; in production, nobody on the way may read tokens and secret.
 * @param secrets absent: not known yet, and nothing is said about them
 */
export function introspectionMistakes(
  { introspection, issuers }: Sections,
  environment: 'production' | 'development',
  secrets?: SecretValues,
): string[] {
  return introspection.flatMap(({ url, name, secret }, at) => [
    ...(secrets !== undefined && !secrets.has(secret)
      ? [`introspection.${at}.secret: OJS_SECRET_${secret} is not set`]
      : []),
    ...(issuers.some((each) => each.name === name) ? [`introspection.${at}.name: an issuer has the same name`] : []),
    ...(environment === 'production' && url.startsWith('http:')
      ? [`introspection.${at}.url: must begin with https://: whoever is on the way could read the tokens`]
      : []),
  ]);
}

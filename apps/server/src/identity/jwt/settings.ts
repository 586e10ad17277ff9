import { z } from 'zod';
import { ALGORITHMS, type Algorithm } from './algorithms.ts';
import { usableKeys } from './jwk.ts';
import { MAPPING } from './mapping-settings.ts';

const DEFAULT_ALGORITHMS: Algorithm[] = ['RS256', 'PS256', 'ES256', 'EdDSA'];

const Seconds = (most: number) => z.int().min(0).max(most);

/** Somebody whose JSON Web Tokens are believed (identity file, section `issuers`). */
export const Issuer = z
  .strictObject({
    ...MAPPING,
    /** What `iss` says, character by character. */
    issuer: z.string().min(1).max(1_024),
    /** One of these must be in `aud`. */
    audience: z.array(z.string().min(1).max(1_024)).min(1).max(20),
    /** Where the public keys are (RFC 7517 §5); or they stand here. */
    jwksUrl: z.url({ protocol: /^https?$/, error: 'must be an https URL' }).optional(),
    keys: z.array(z.record(z.string(), z.unknown())).min(1).max(100).optional(),
    algorithms: z.array(z.enum(ALGORITHMS)).min(1).default(DEFAULT_ALGORITHMS),
    /** `at+jwt`: access tokens of RFC 9068. `jwt`: tokens without a type, as Kubernetes and SPIFFE make them. */
    type: z.enum(['at+jwt', 'jwt', 'any']).default('at+jwt'),
    /** Between `iat` and `exp`. */
    maxLifetimeSeconds: Seconds(86_400).min(60).default(3_600),
    clockToleranceSeconds: Seconds(60).default(30),
  })
  .superRefine(({ jwksUrl, keys, algorithms }, context) => {
    const told = (path: PropertyKey[], message: string): void =>
      void context.addIssue({ code: 'custom', path, message });
    if ((jwksUrl === undefined) === (keys === undefined)) told(['jwksUrl'], 'either jwksUrl or keys must be given');
    // A file that its owner wrote: a key in it that cannot be used is a mistake, not something to warn of.
    for (const { at, why } of usableKeys(keys ?? [], algorithms).unused) told(['keys', at], why);
  });
export type Issuer = z.infer<typeof Issuer>;

export const Issuers = z
  .array(Issuer)
  .max(100)
  .default([])
  .superRefine((issuers, context) => {
    for (const field of ['name', 'issuer'] as const) {
      const values = issuers.map((each) => each[field]);
      values.forEach((value, at) => {
        if (values.indexOf(value) < at)
          context.addIssue({ code: 'custom', path: [at, field], message: 'must be unique' });
      });
    }
  });

interface Sections {
  readonly issuers: readonly Issuer[];
  readonly tokens: { readonly issuer?: string | undefined };
}

/** What a schema of one section cannot say; in production, keys must come where nobody on the way can replace them. */
export function issuerMistakes({ issuers, tokens }: Sections, environment: 'production' | 'development'): string[] {
  return issuers.flatMap(({ issuer, jwksUrl }, at) => [
    ...(issuer === tokens.issuer ? [`issuers.${at}.issuer: is this server itself (tokens.issuer): remove it`] : []),
    ...(environment === 'production' && jwksUrl?.startsWith('http:')
      ? [`issuers.${at}.jwksUrl: must begin with https://: whoever is on the way could replace the keys`]
      : []),
  ]);
}

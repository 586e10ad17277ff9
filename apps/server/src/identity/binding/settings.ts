import { z } from 'zod';

const Required = z.enum(['none', 'certificate', 'dpop', 'any']).default('none');

const Origin = z
  .url({ protocol: /^https?$/, error: 'must be an https URL' })
  .refine((url) => URL.parse(url)?.origin === url, 'must be an origin without path and without a slash at its end');

/** Section `binding` of the identity file: what the credentials of a plane must be bound to, so that whoever copies one has nothing. */
export const BindingRules = z
  .strictObject({
    producer: Required,
    worker: Required,
    admin: Required,
    /**
     * Under which URLs clients reach this server, such as `https://jobs.example.com`: what a DPoP proof may be for, beside
     * `tokens.issuer`. Without either, no proof is accepted: the Host header says what the client wants it to.
     */
    origins: z.array(Origin).max(20).default([]),
  })
  .prefault({});
export type BindingRules = z.infer<typeof BindingRules>;

interface Sections {
  readonly binding: BindingRules;
  readonly tokens: { readonly issuer?: string | undefined };
}

/** What a DPoP proof may be for; empty: no token that is bound to a key is accepted. */
export const originsOf = ({ binding, tokens }: Sections): readonly string[] =>
  tokens.issuer === undefined ? binding.origins : [...binding.origins, tokens.issuer];

/** What a schema of one section cannot say. */
export function bindingMistakes(file: Sections, environment: 'production' | 'development'): string[] {
  const { binding } = file;
  const plain = binding.origins.flatMap((origin, at) =>
    environment === 'development' || origin.startsWith('https:')
      ? []
      : [`binding.origins.${at}: must begin with https://`],
  );
  const unprovable = (['producer', 'worker', 'admin'] as const).flatMap((plane) =>
    binding[plane] === 'dpop' && originsOf(file).length === 0
      ? [`binding.${plane}: no proof can be checked without binding.origins or tokens.issuer`]
      : [],
  );
  return [...plain, ...unprovable];
}

import { z } from 'zod';

/** RFC 8414 §2, and an origin alone: the paths below it are ours. */
const Issuer = z
  .url({ protocol: /^https$/, error: 'must be an https URL' })
  .refine((url) => URL.parse(url)?.origin === url, 'must be an origin without path and without a slash at its end');

/** Section `tokens` of the identity file: tokens that this server issues. */
export const Tokens = z
  .strictObject({
    /** Under which URL clients reach this server, such as https://jobs.example.com. Absent: no metadata is published. */
    issuer: Issuer.optional(),
    /** How long a token lasts, in seconds, where nobody asks for less. */
    lifetimeSeconds: z.int().min(60).max(3_600).default(900),
    /** How long a signing key that was rotated still verifies, in seconds: never less than the longest token. */
    keyGraceSeconds: z
      .int()
      .min(3_600)
      .max(30 * 86_400)
      .default(86_400),
  })
  .prefault({});
export type TokenSettings = z.infer<typeof Tokens>;

/** The longest that any token lasts, whoever asks. */
export const LONGEST_MS = 3_600_000;

/** The issuer of tokens where no URL is known: nobody else can be it, since it is no URL. */
const UNNAMED = 'urn:ojs:server';

export const issuerOf = ({ issuer }: TokenSettings): string => issuer ?? UNNAMED;

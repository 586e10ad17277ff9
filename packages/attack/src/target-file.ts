import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** An issuer that the server believes, as somebody who holds its private key sees it. */
const Issuer = z.object({
  issuer: z.string(),
  audience: z.string(),
  /** A private JWK with `kid` and `alg`. */
  key: z.record(z.string(), z.unknown()),
  /** Claims of a token that the server accepts, beside those of time. */
  claims: z.record(z.string(), z.unknown()),
});

const Certificate = z.object({ certFile: z.string(), keyFile: z.string() });

/**
 * What is known of the server that is attacked: the file of `--target`. `.ojs/dev.json` of the development server is one. All
 * but the URL can be missing; attacks that need it are skipped then.
 */
export const TargetFile = z.object({
  url: z.url(),
  /** Under which the server knows itself: what DPoP proofs are for. */
  origin: z.url().optional(),
  /** The same server on plain http. */
  plainUrl: z.url().optional(),
  /** Other servers of the same installation. */
  others: z.array(z.url()).default([]),
  /** Path of the PEM file with the authority of the server's certificate. */
  ca: z.string().optional(),
  /** API keys by role. */
  keys: z
    .object({ producer: z.string(), worker: z.string(), operator: z.string(), admin: z.string() })
    .partial()
    .default({}),
  /** Two issuers of JWTs that the server believes, of different tenants. */
  issuers: z.array(Issuer).default([]),
  certificates: z
    .object({
      /** A good client certificate of a worker. */
      worker: Certificate,
      /** The authority that signs client certificates, to make bad ones. */
      authority: Certificate,
    })
    .partial()
    .default({}),
  /** The audit log, where it can be read. */
  auditFile: z.string().optional(),
  /** The base32 secret of the second factor of the principal of `keys.admin`. */
  totp: z.string().optional(),
});
export type TargetFile = z.infer<typeof TargetFile>;

/** @throws when the file cannot be read or is not a target */
export const readTarget = (path: string): TargetFile => TargetFile.parse(JSON.parse(readFileSync(path, 'utf8')));

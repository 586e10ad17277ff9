import { defaultCredential } from './credentials/default-chain.ts';
import type { Credential, CredentialSource } from './credentials/source.ts';
import { apiKey } from './credentials/stored.ts';
import type { SecondFactor } from './elevation.ts';
import { OjsConfigurationError } from './errors.ts';
import type { ClientCertificate } from './tls.ts';

/** Where the server is and who is asking. What is not given comes from the environment. */
export interface ConnectionOptions {
  /** `https://…`; plain `http://` only to the loopback. Default: OJS_URL. */
  url?: string;
  /** An API key or token, or a function that returns it. Default: {@link defaultCredential}. */
  credential?: Credential;
  /** PEM text or the path of a PEM file: the certificates to trust instead of the public ones. Default: OJS_CA_FILE. */
  ca?: string;
  /** A client certificate: PEM texts or paths of PEM files, which are read again when they change. Default: OJS_CLIENT_CERT_FILE and OJS_CLIENT_KEY_FILE. */
  certificate?: ClientCertificate;
  /**
   * Besides all other checks, the server's certificate chain must hold one of these public keys: `sha256/` and the base64 of the
   * SHA-256 of the key (SPKI, DER). Pin the next key too.
   */
  pins?: readonly string[];
  /** Which tenant is meant, where the credential spans several. Sent as `X-OJS-Tenant`. */
  tenant?: string;
  /** Time for one try of a request, in milliseconds. Default 30,000. */
  timeoutMs?: number;
  /** The most connections at once. Default 16. */
  connections?: number;
  /**
   * Asked for a code of the authenticator (or a recovery code) when the server wants a second factor; what it gives is kept
   * until it ends. Default: such a call fails with code `mfa_required`.
   */
  secondFactor?: SecondFactor;
}

const TENANT = /^(\*|[a-zA-Z0-9][a-zA-Z0-9._:-]{0,127})$/;

type Options = ConnectionOptions & { readonly workerId?: string };

/** @throws {OjsConfigurationError} when the environment names half of a pair */
export function certificateOf(
  { certificate }: Options,
  { OJS_CLIENT_CERT_FILE: cert, OJS_CLIENT_KEY_FILE: key }: NodeJS.ProcessEnv,
): ClientCertificate | undefined {
  if (certificate !== undefined || (!cert && !key)) return certificate;
  if (cert && key) return { cert, key };
  throw new OjsConfigurationError('OJS_CLIENT_CERT_FILE and OJS_CLIENT_KEY_FILE belong together: set both');
}

export function credentialOf({ credential, workerId }: Options, hasCertificate: boolean): CredentialSource {
  if (credential === undefined) return defaultCredential({ hasCertificate, isWorker: workerId !== undefined });
  return typeof credential === 'string' ? apiKey(credential) : credential;
}

/** @throws {OjsConfigurationError} when it is no tenant id */
export function tenantHeader(tenant: string | undefined): Record<string, string> {
  if (tenant === undefined) return {};
  if (TENANT.test(tenant)) return { 'x-ojs-tenant': tenant };
  throw new OjsConfigurationError('`tenant` must be 1 to 128 letters, digits, dots, hyphens, underscores or colons');
}

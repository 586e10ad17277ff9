import type { Subject } from '../access/decide.ts';
import type { AccessLog } from '../access/log.ts';
import type { AuditLog } from '../audit/audit.ts';
import type { Secret } from '../config/secret.ts';
import { BadFile } from '../config/watched-file.ts';
import type { Send } from '../outgoing/send.ts';
import type { Mechanism } from './identity.ts';
import type { Environment } from './identity-file.ts';
import { introspected } from './introspection/verify.ts';
import { LiveIssuers } from './jwt/issuers.ts';
import { type Believed, jwts } from './jwt/verify.ts';

export interface OutsideTokensOptions {
  /** What is believed now: another object when it changed. */
  readonly believed: () => Believed;
  readonly environment: Environment;
  readonly send: Send;
  /** The secret OJS_SECRET_NAME. */
  readonly secretOf: (name: string) => Secret | undefined;
  /** Whether `iss` is this server. */
  readonly isOwnIssuer: (iss: unknown) => boolean;
  readonly isDisabled: (principal: Subject) => boolean;
  readonly log: AccessLog;
  readonly audit: AuditLog;
}

/** Tokens that others issue: JWTs, and opaque ones that are asked about. */
export interface OutsideTokens {
  readonly jwts: Mechanism;
  readonly introspected: Mechanism;
  /** Fetches the keys of the issuers. @throws {BadFile} when a secret is missing, or in production the certificate of an issuer is not believed. */
  start(): Promise<void>;
  close(): void;
}

export function outsideTokens(options: OutsideTokensOptions): OutsideTokens {
  const issuers = new LiveIssuers({ ...options, steady: () => performance.now() });
  return {
    jwts: jwts({ ...options, issuers }),
    introspected: introspected(options),
    async start() {
      const mistakes = options
        .believed()
        .introspection.filter(({ secret }) => options.secretOf(secret) === undefined)
        .map(({ name, secret }) => `introspection, ${name}: there is no secret OJS_SECRET_${secret}: set it`);
      const doubtful = await issuers.start();
      if (options.environment === 'production') {
        const told = 'the certificate there is not believed: name its authority with OJS_OUTGOING_CA_FILE';
        mistakes.push(...doubtful.map(({ name }) => `issuers, ${name}: jwksUrl: ${told}`));
      }
      if (mistakes.length > 0) throw new BadFile(mistakes);
    },
    close: () => issuers.close(),
  };
}

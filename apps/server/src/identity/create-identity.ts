import type { Access } from '../access/create-access.ts';
import { bumpEpochs } from '../access/epoch.ts';
import type { AccessLog } from '../access/log.ts';
import type { AuditLog } from '../audit/audit.ts';
import { serverEvent } from '../audit/server-event.ts';
import type { SecretValues } from '../config/secret-store.ts';
import { WatchedFile } from '../config/watched-file.ts';
import type { Send } from '../outgoing/send.ts';
import type { Connections } from '../redis/connect.ts';
import { createVerifier, type VerifierOptions } from './api-key/create-verifier.ts';
import { apiKeys, type Verifier } from './api-key/verify.ts';
import { challengeOf } from './binding/challenge.ts';
import { possession } from './binding/possession.ts';
import { Proofs, type Proven } from './binding/proofs.ts';
import { originsOf } from './binding/settings.ts';
import { ClientAuthorities } from './certificate/client-authorities.ts';
import { certificates } from './certificate/mechanism.ts';
import { isStillRule } from './certificate/rules.ts';
import { tellOfAuthorities } from './certificate/tell.ts';
import { CredentialStore } from './credential-store.ts';
import type { Mechanisms, Proof, Refused } from './identity.ts';
import { type Environment, type IdentityFile, NOTHING_BELIEVED, parseIdentityFile } from './identity-file.ts';
import { isVouchedFor } from './jwt/mapping.ts';
import { SecondFactor } from './mfa/second-factor.ts';
import { OAuthClients } from './oauth-clients/authenticate.ts';
import { outsideTokens } from './outside-tokens.ts';
import { createRegistration, type WorkerRegistration } from './registration/create-registration.ts';
import type { Sealer } from './seal.ts';
import { createTokens, type OwnTokens } from './tokens/create-tokens.ts';
import { audiencesOf } from './tokens/metadata.ts';
import { issuerOf } from './tokens/settings.ts';

export interface IdentityOptions extends VerifierOptions {
  readonly redis: Connections;
  readonly access: Pick<Access, 'isDisabled' | 'tenants'>;
  readonly log: AccessLog;
  readonly audit: AuditLog;
  /** `OJS_IDENTITY_FILE`; absent: nothing from outside is believed. */
  readonly identityFile?: string | undefined;
  readonly environment: Environment;
  readonly sealer: Sealer;
  /** For what is asked of issuers and authorization servers. */
  readonly send: Send;
  /** What `OJS_SECRET_NAME` holds, for references in the identity file. */
  readonly secrets: SecretValues;
}

/** Who is asking. */
export interface Identity {
  /** For `identify` and `admit`. */
  readonly mechanisms: Mechanisms;
  /** For secrets that are presented elsewhere than in the Authorization header of a request. */
  readonly verifier: Verifier;
  /** Tokens that this server issues. */
  readonly tokens: OwnTokens;
  /** What may be presented: the value of WWW-Authenticate (RFC 9110 §11.6.1). */
  challenge(): string;
  /** For `identify` and `admit` of the operation that registers a worker: its secrets are taken nowhere else. */
  readonly registering: Mechanisms;
  readonly registration: WorkerRegistration;
  /** Verifies second factors. */
  readonly secondFactor: SecondFactor;
  /** Clients of the token endpoint. */
  readonly oauthClients: OAuthClients;
  /** With which key a proof was made, for this request: where a token is asked for that will be bound to it. */
  provenKey(proof: Proof): Promise<Proven | Refused>;
  /** Whose client certificates are believed. */
  readonly clients: ClientAuthorities;
  /** Whether who vouched for a principal without a stored credential is still believed. */
  believes(voucher: string, credential: string | undefined): boolean;
  /** What is believed from outside, as it is now: take it anew for each use. */
  believed(): IdentityFile;
  /** Credentials, and what is believed from outside, are read anew before they are used again. */
  refresh(): Promise<void>;
  /** Begins to follow changes. @throws {BadFile} */
  start(): Promise<void>;
  close(): void;
}

/** Puts the mechanisms together; each has a folder of its own. */
export function createIdentity(options: IdentityOptions): Identity {
  const { redis, access, log, audit, environment, secrets } = options;
  const store = new CredentialStore({ redis, log });
  const verifier = createVerifier(options, store);
  const proofs = new Proofs({ redis: redis.client });
  const file = new WatchedFile<IdentityFile>({
    setting: 'OJS_IDENTITY_FILE',
    path: options.identityFile,
    without: NOTHING_BELIEVED,
    parse: (text) => parseIdentityFile(text, environment, secrets),
    async changed() {
      await clients.look();
      // What was decided on the grounds of the old file is decided anew.
      await bumpEpochs(redis.client, '*', access.tenants);
      log.info({}, 'what is believed from outside changed');
      audit.record(serverEvent('identity.changed', 'success', {}));
    },
    rejected(reason) {
      log.error({ reason }, 'the identity file is not usable: the old one stays');
      audit.record(serverEvent('identity.rejected', 'failure', { reason }));
    },
  });
  const clients = new ClientAuthorities({
    settings: () => file.value.certificates,
    listener: tellOfAuthorities(log, audit),
  });
  const registration = createRegistration({
    ...options,
    redis: redis.client,
    registrations: () => file.value.registrations,
    verifier,
    isDisabled: access.isDisabled,
  });
  const tokens = createTokens({
    redis: redis.client,
    store,
    sealer: options.sealer,
    settings: () => file.value.tokens,
    isDisabled: access.isDisabled,
    stillVouched(root) {
      const { kind, id, vouchedBy = '', grounds = '' } = root;
      if (kind === 'certificate') return clients.stillVouches(id) && isStillRule(file.value.certificates, grounds);
      return isVouchedFor(file.value, vouchedBy, grounds) ?? registration.stillVouches(root);
    },
  });
  const outside = outsideTokens({
    ...options,
    secretOf: (name) => secrets.get(name),
    believed: () => file.value,
    isOwnIssuer: (iss) => iss === issuerOf(file.value.tokens),
    isDisabled: access.isDisabled,
  });
  const mechanisms: Mechanisms = {
    header: [apiKeys(verifier), outside.jwts, tokens.mechanism, outside.introspected],
    certificate: certificates({ settings: () => file.value.certificates, isDisabled: access.isDisabled }),
    prove: possession({
      proofs,
      rules: () => file.value.binding,
      origins: () => originsOf(file.value),
    }),
  };
  return {
    mechanisms,
    // The secret itself is not bound: what is made of it has to be, where the plane requires that (routes/registration.ts).
    registering: { header: [registration.mechanism], certificate: mechanisms.certificate },
    registration,
    challenge: () => challengeOf(originsOf(file.value)),
    verifier,
    tokens,
    oauthClients: new OAuthClients({
      ...{ store, verifier, redis: redis.client, isDisabled: access.isDisabled },
      audiences: () => audiencesOf(file.value.tokens),
    }),
    provenKey: ({ header, method, path }) => proofs.check(header, { method, path, origins: originsOf(file.value) }),
    secondFactor: new SecondFactor({ redis: redis.client, sealer: options.sealer }),
    clients,
    believes: (voucher, credential) => isVouchedFor(file.value, voucher) ?? clients.believes(voucher, credential),
    believed: () => file.value,
    refresh() {
      store.invalidate();
      return file.look();
    },
    async start() {
      await file.start();
      await clients.start();
      await store.start();
      await outside.start();
    },
    close() {
      outside.close();
      file.close();
      clients.close();
      store.close();
    },
  };
}

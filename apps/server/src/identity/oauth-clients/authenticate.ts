import { timingSafeEqual } from 'node:crypto';
import type { ClientAuthentication } from '@ojs/schema';
import type { Subject } from '../../access/decide.ts';
import { networkOf } from '../../network/network-of.ts';
import type { RedisClient } from '../../redis/connect.ts';
import { FAILURE_RATES, Failures } from '../api-key/failures.ts';
import type { Verifier } from '../api-key/verify.ts';
import { invalidity } from '../credential-record.ts';
import type { Credential, CredentialStore } from '../credential-store.ts';
import type { ClientCertificate, Known, Refused } from '../identity.ts';
import { STORE_UNAVAILABLE, tooManyFailures } from '../refused.ts';
import { checkAssertion } from './assertion.ts';
import type { Presented } from './present.ts';

export interface ClientsOptions {
  readonly store: CredentialStore;
  readonly redis: RedisClient;
  /** Verifies secrets, and limits who guesses. */
  readonly verifier: Pick<Verifier, 'verify'>;
  readonly isDisabled: (principal: Subject) => boolean;
  /** Whom an assertion must be for; empty while the server does not know under which URL it is reached. */
  readonly audiences: () => readonly string[];
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

/** As credentials are named. */
const CLIENT_ID = /^[0-9A-Za-z]{1,64}$/;

/** What a client sent, and from where. */
export interface ClientAttempt {
  readonly presented: Presented;
  readonly certificate: ClientCertificate | undefined;
  readonly sourceIp: string;
}

/** Clients of the token endpoint (RFC 6749 §2.3): stored credentials that get tokens and nothing else. */
export class OAuthClients {
  readonly #options: ClientsOptions;
  readonly #now: () => number;
  readonly #failures = new Failures(FAILURE_RATES);

  constructor(options: ClientsOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** The client, if it is who it says: with what its tokens are bound to, where a certificate said so (RFC 8705 §3). */
  async authenticate({ presented, certificate, sourceIp }: ClientAttempt): Promise<Known | Refused> {
    if (presented.method === 'client_secret_basic') return this.#bySecret(presented, sourceIp);
    const source = networkOf(sourceIp);
    // What is counted under is kept: a name that is none is not.
    const id = CLIENT_ID.test(presented.id) ? presented.id : '';
    const wait = this.#failures.waitSeconds(source, id, this.#now());
    if (wait > 0) return tooManyFailures(wait);
    const known = await this.#byKey(presented, certificate);
    // Counted only now: one client may ask for many tokens at the same moment.
    if ('refused' in known && known.answer === undefined) this.#failures.take(source, id, this.#now());
    return known;
  }

  async #byKey(
    presented: Exclude<Presented, { secret: string }>,
    certificate: ClientCertificate | undefined,
  ): Promise<Known | Refused> {
    const { id } = presented;
    const found = await this.#find(id);
    if ('refused' in found) return found;
    const refused = (reason: string): Refused => ({ refused: reason, credential: shown(id), claimed: found.principal });
    const { client } = found.record;
    const outcome =
      client?.method !== presented.method
        ? 'another_method'
        : presented.method === 'private_key_jwt'
          ? await this.#byAssertion(presented, client)
          : byCertificate(client, certificate);
    if (outcome === 'unavailable') return STORE_UNAVAILABLE;
    if (outcome !== undefined) return refused(outcome);
    if (this.#options.isDisabled(found.principal)) return refused('principal_disabled');
    const { principal } = found;
    if (presented.method === 'private_key_jwt' || certificate === undefined) return { principal };
    return { principal, binding: { kind: 'certificate', thumbprint: certificate.thumbprint } };
  }

  async #bySecret({ id, secret }: Presented & { secret: string }, sourceIp: string): Promise<Known | Refused> {
    // The secret names the client too: a secret of another one is as wrong as any.
    if (!secret.startsWith(`ojs_client_${id}_`)) return { refused: 'secret_of_another_client' };
    return this.#options.verifier.verify(secret, 'client', sourceIp);
  }

  async #find(id: string): Promise<Credential | Refused> {
    const { store } = this.#options;
    if (id === '') return { refused: 'unknown_client' };
    const found = store.warm(id) ?? (await store.load(id));
    if (found === 'unavailable') return STORE_UNAVAILABLE;
    if (typeof found === 'string' || found.record.kind !== 'client') return { refused: 'unknown_client' };
    const reason = invalidity(found.record, this.#now());
    return reason === undefined ? found : { refused: reason, credential: shown(id), claimed: found.principal };
  }

  async #byAssertion(
    { id, assertion }: Presented & { assertion: string },
    client: ClientAuthentication | undefined,
  ): Promise<string | undefined> {
    const { redis, audiences } = this.#options;
    if (client?.method !== 'private_key_jwt') return 'another_method';
    if (audiences().length === 0) return 'issuer_not_set';
    try {
      return await checkAssertion(
        assertion,
        { id, keys: client.keys },
        { redis, audiences: audiences(), now: this.#now() },
      );
    } catch {
      return 'unavailable';
    }
  }
}

const shown = (id: string): string => `client …${id.slice(-4)}`;

/** Whether the certificate of the connection, which was verified already, is the client's (RFC 8705 §2). */
function byCertificate(
  client: ClientAuthentication | undefined,
  certificate: ClientCertificate | undefined,
): string | undefined {
  if (client?.method !== 'tls_client_auth') return 'another_method';
  if (certificate === undefined) return 'no_certificate';
  const { certificate: expected } = client;
  if ('thumbprint' in expected) {
    return equal(expected.thumbprint, certificate.thumbprint) ? undefined : 'another_certificate';
  }
  const isNamed = certificate.names[expected.san].includes(expected.name);
  return isNamed && certificate.authority === expected.authority ? undefined : 'another_certificate';
}

const equal = (one: string, other: string): boolean =>
  one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));

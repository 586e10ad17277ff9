import type { CallAnswer, CallInput, Client } from '@ojs/client';
import { type Abortable, pages } from '../calls.ts';
import { defined, invalid, moment } from '../values.ts';

/** A stored credential, as the server tells it: nothing of its secrets. */
export type StoredCredential = CallAnswer<'getCredential'>['credential'];
/** With its key: no other answer shows it again. `key` is not enumerable, so that logs do not have it. */
export type CredentialWithKey = StoredCredential & { readonly key: string };

type CreateBody = CallInput<'createCredential'>['body'];

/** What a new credential is to be; never with more rights than the one that makes it. */
export interface NewCredential {
  /** Default: `api_key`. */
  kind?: StoredCredential['kind'];
  plane: StoredCredential['plane'];
  roles: string[];
  principal: string;
  /** Default: the tenant of the caller. `*` spans all of them. */
  tenant?: string;
  /** What the permissions of the roles are limited to: names, or prefixes such as `billing.*`. Default: every queue. */
  queues?: string[];
  grants?: NonNullable<CreateBody['grants']>;
  notBefore?: Date | string;
  expiresAt?: Date | string;
  /** For people, at most 200 characters. */
  label?: string;
}

export interface CredentialFilter {
  kind?: StoredCredential['kind'];
  plane?: StoredCredential['plane'];
  principal?: string;
  tenant?: string;
  state?: StoredCredential['state'];
}

/** What is not given stays; `null` removes an end or a label. */
export interface CredentialChanges {
  roles?: string[];
  queues?: string[];
  expiresAt?: Date | string | null;
  label?: string | null;
}

export interface RotateOptions extends Abortable {
  /** How long the secret before is accepted too, in whole seconds times 1,000. Default: the server's setting (24 hours); 0: not at all. */
  graceMs?: number;
  /** Default: the end of the credential stays. */
  expiresAt?: Date | string | null;
  /** Rotates only if nobody did since the credential had this generation. Default: as it is when this is called. */
  generation?: number;
}

export type RevocationReason = NonNullable<StoredCredential['revoked_reason']>;

/** Credentials of the tenant (of all, where the caller's own spans them). Changes may ask for a second factor. */
export interface Credentials {
  /** The oldest first, page by page as far as one iterates. */
  list(filter?: CredentialFilter & Abortable): AsyncIterable<StoredCredential>;
  /** @throws {OjsError} with code `not_found` */
  get(id: string, options?: Abortable): Promise<StoredCredential>;
  /** @returns with the key: keep it. @throws {OjsError} with code `permission_denied` for more rights than the caller's own */
  create(credential: NewCredential, options?: Abortable): Promise<CredentialWithKey>;
  /** @throws {OjsError} with status 409 for what would leave nobody to administer */
  update(id: string, changes: CredentialChanges, options?: Abortable): Promise<StoredCredential>;
  /**
   * A new secret for the same credential. @returns with the new key
   * @throws {OjsError} with status 409 when somebody else rotated meanwhile, or when the answer to this was lost: then rotate again
   */
  rotate(id: string, options?: RotateOptions): Promise<CredentialWithKey>;
  /** Ends it for good. What was made with a `compromised` one does not act any more either. */
  revoke(id: string, reason?: RevocationReason, options?: Abortable): Promise<StoredCredential>;
}

const PAGE = 100;

export function credentialsOf(client: Client): Credentials {
  const get = async (id: string, { signal }: Abortable = {}): Promise<StoredCredential> =>
    (await client.call('getCredential', { path: { id } }, { signal })).credential;

  return {
    get,
    list: ({ signal, ...filter } = {}) =>
      pages(async (place) => {
        const query = defined({ limit: PAGE, ...filter, ...place });
        const { credentials, pagination } = await client.call('listCredentials', { query }, { signal });
        return { items: credentials, next: pagination.next_cursor };
      }),
    create: async ({ notBefore, expiresAt, ...same }, { signal } = {}) => {
      const body = defined({
        ...same,
        not_before: notBefore === undefined ? undefined : moment('notBefore', notBefore),
        expires_at: expiresAt === undefined ? undefined : moment('expiresAt', expiresAt),
      });
      return withKey(await client.call('createCredential', { body }, { signal }));
    },
    update: async (id, { expiresAt, ...same }, { signal } = {}) => {
      const body = defined({ ...same, expires_at: end(expiresAt) });
      return (await client.call('updateCredential', { path: { id }, body }, { signal })).credential;
    },
    rotate: async (id, { graceMs, expiresAt, generation, signal } = {}) => {
      const body = defined({
        grace_seconds: graceMs === undefined ? undefined : secondsOf(graceMs),
        expires_at: end(expiresAt),
        // A request whose answer was lost is sent again; it must not rotate twice, which would end the key in use.
        generation: generation ?? (await get(id, { ...(signal && { signal }) })).generation,
      });
      return withKey(await client.call('rotateCredential', { path: { id }, body }, { signal }));
    },
    revoke: async (id, reason, { signal } = {}) =>
      (await client.call('revokeCredential', { path: { id }, body: defined({ reason }) }, { signal })).credential,
  };
}

const end = (value: Date | string | null | undefined): string | null | undefined =>
  value === undefined || value === null ? value : moment('expiresAt', value);

function secondsOf(ms: number): number {
  if (Number.isSafeInteger(ms / 1_000) && ms >= 0) return ms / 1_000;
  throw invalid('graceMs', 'must be a whole number of seconds, in milliseconds');
}

const withKey = ({ credential, key }: CallAnswer<'createCredential'>): CredentialWithKey =>
  Object.defineProperty({ ...credential, key }, 'key', { enumerable: false });

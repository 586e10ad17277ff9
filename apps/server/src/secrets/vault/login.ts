import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { Secret } from '../../config/secret.ts';
import { codeOf } from '../../config/secrets.ts';
import { type AskVault, VaultFailure } from './client.ts';

/** How to become known to Vault. */
export type VaultLogin =
  /** @property token the current one: the file it comes from may be kept fresh by an agent. */
  | { readonly method: 'token'; readonly token: () => Secret | undefined }
  | {
      readonly method: 'approle';
      readonly mount: string;
      readonly roleId: string;
      readonly secretId: () => Secret | undefined;
    }
  | { readonly method: 'kubernetes'; readonly mount: string; readonly role: string; readonly tokenFile: string };

/** A token of Vault and what is known of its life. */
export interface Granted {
  readonly token: Secret;
  /** Zero: it does not end. */
  readonly leaseSeconds: number;
  readonly renewable: boolean;
}

const Auth = z.object({ client_token: z.string().min(1), lease_duration: z.number().min(0), renewable: z.boolean() });
const Lookup = z.object({ ttl: z.number().min(0), renewable: z.boolean().default(false) });

/** @throws {VaultFailure} */
export async function logIn(ask: AskVault, login: VaultLogin): Promise<Granted> {
  if (login.method === 'token') return lookUp(ask, required(login.token(), 'OJS_SECRET_VAULT_TOKEN'));
  const path = `auth/${login.mount}/login`;
  if (login.method === 'kubernetes') {
    return granted(await ask({ method: 'POST', path, body: { role: login.role, jwt: readToken(login.tokenFile) } }));
  }
  const secretId = required(login.secretId(), 'OJS_SECRET_VAULT_SECRET_ID').reveal();
  return granted(await ask({ method: 'POST', path, body: { role_id: login.roleId, secret_id: secretId } }));
}

/** The same token for longer. @throws {VaultFailure} */
export async function renew(ask: AskVault, token: Secret): Promise<Granted> {
  return granted(await ask({ method: 'POST', path: 'auth/token/renew-self', token, body: {} }));
}

async function lookUp(ask: AskVault, token: Secret): Promise<Granted> {
  try {
    const { data } = await ask({ method: 'GET', path: 'auth/token/lookup-self', token });
    const { ttl, renewable } = Lookup.parse(data);
    return { token, leaseSeconds: ttl, renewable };
  } catch (error) {
    if (error instanceof VaultFailure && error.kind !== 'denied') throw error;
    // Its policy may forbid to look; whether it is any good shows when it is used.
    return { token, leaseSeconds: 0, renewable: false };
  }
}

function granted({ auth }: { auth?: unknown }): Granted {
  const { success, data } = Auth.safeParse(auth);
  if (!success) throw new VaultFailure('refused', 'Vault gave no token');
  return { token: new Secret(data.client_token), leaseSeconds: data.lease_duration, renewable: data.renewable };
}

function required(secret: Secret | undefined, name: string): Secret {
  if (secret === undefined) throw new VaultFailure('refused', `${name} is not set`);
  return secret;
}

/** Kubernetes replaces the projected token while it is still valid, so it is read for every login. */
function readToken(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    throw new VaultFailure('refused', `the service account token ${path} cannot be read (${codeOf(error)})`);
  }
}

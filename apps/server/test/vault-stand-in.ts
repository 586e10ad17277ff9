import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Authority } from '@ojs/dev';

/** What a token of the stand-in may do, and how long it lives. */
interface Token {
  ttl: number;
  renewable: boolean;
}

/** One request that it heard. */
export interface Heard {
  readonly path: string;
  readonly token: string | undefined;
  readonly namespace: string | undefined;
}

/**
 * Answers as the public API documents of Vault and OpenBao say: KV version 2, the logins by AppRole and Kubernetes, and a token's
 * own look-up and renewal. Over real TLS. It is none of the two, neither of which runs in these tests.
 */
export interface VaultStandIn {
  readonly url: string;
  /** `mount/path` → the fields of its newest version; undefined: deleted, which leaves its metadata. */
  readonly records: Map<string, Record<string, unknown> | undefined>;
  /** Tokens that are valid. */
  readonly tokens: Map<string, Token>;
  readonly heard: Heard[];
  readonly appRole: { roleId: string; secretId: string };
  readonly kubernetes: { role: string; jwt: string };
  /** The tokens that a login gives. */
  grant: Token;
  isSealed: boolean;
  close(): void;
}

type Answer = readonly [status: number, body?: object];
const errors = (status: number, ...told: string[]): Answer => [status, { errors: told }];

export async function startVault(authority: Authority): Promise<VaultStandIn> {
  const { cert, key } = await authority.issue({ names: ['127.0.0.1', 'localhost'] });
  let granted = 0;

  const grantTo = (token: string, { ttl, renewable }: Token) => ({
    auth: { client_token: token, lease_duration: ttl, renewable, policies: ['default'], token_type: 'service' },
  });
  const logIn = (isRight: boolean): Answer => {
    if (!isRight) return errors(400, 'invalid role or secret ID');
    const token = `hvs.granted-${++granted}`;
    vault.tokens.set(token, { ...vault.grant });
    return [200, grantTo(token, vault.grant)];
  };
  const ofToken = (path: string, name: string, token: Token): Answer => {
    if (path === 'auth/token/lookup-self') return [200, { data: { ttl: token.ttl, renewable: token.renewable } }];
    return token.renewable ? [200, grantTo(name, token)] : errors(400, 'lease is not renewable');
  };
  const read = (place: string): Answer => {
    if (!vault.records.has(place)) return errors(404);
    const data = vault.records.get(place);
    const metadata = { created_time: '2026-01-01T00:00:00Z', destroyed: false, version: 1, deletion_time: '' };
    return data ? [200, { data: { data, metadata } }] : [404, { data: { data: null, metadata } }];
  };
  const answer = ({ path, token }: Heard, body: Record<string, unknown>): Answer => {
    if (vault.isSealed) return errors(503, 'Vault is sealed');
    if (path === 'auth/approle/login') {
      const { roleId, secretId } = vault.appRole;
      return logIn(body.role_id === roleId && body.secret_id === secretId);
    }
    if (path === 'auth/kubernetes/login') {
      return logIn(body.role === vault.kubernetes.role && body.jwt === vault.kubernetes.jwt);
    }
    const known = vault.tokens.get(token ?? '');
    if (token === undefined || known === undefined) return errors(403, 'permission denied');
    if (path.startsWith('auth/token/')) return ofToken(path, token, known);
    const [, mount = '', rest = ''] = /^([^/]+)\/data\/(.+)$/.exec(path) ?? [];
    return read(`${mount}/${rest}`);
  };

  const server = createServer({ cert, key }, async (request: IncomingMessage, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const { 'x-vault-token': token, 'x-vault-namespace': namespace } = request.headers;
    const path = decodeURIComponent((request.url ?? '').replace(/^\/v1\//, ''));
    const heard = { path, token: token?.toString(), namespace: namespace?.toString() };
    vault.heard.push(heard);
    const [status, body] = answer(heard, text === '' ? {} : JSON.parse(text));
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(body && JSON.stringify(body));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const vault: VaultStandIn = {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    records: new Map(),
    tokens: new Map(),
    heard: [],
    appRole: { roleId: 'role-of-ojs', secretId: 'secret-id-of-ojs' },
    kubernetes: { role: 'ojs', jwt: 'header.payload.signature' },
    grant: { ttl: 3_600, renewable: true },
    isSealed: false,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
  return vault;
}

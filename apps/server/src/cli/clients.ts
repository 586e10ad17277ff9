import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { ClientAuthentication } from '@ojs/schema';
import type { Policy } from '../access/decide.ts';
import { loadPolicy } from '../access/policy-file.ts';
import { Tenants } from '../access/tenants.ts';
import { BadFile } from '../config/watched-file.ts';
import { CredentialManager } from '../identity/manage/manager.ts';
import { CredentialRefusal } from '../identity/manage/refusal.ts';
import { shownCredential, toldOf } from '../identity/manage/shown.ts';
import { isPublicKey } from '../identity/oauth-clients/assertion.ts';
import type { KeysEnvironment } from './keys.ts';
import { parseKeysArguments, UsageError } from './keys-arguments.ts';
import { localUser } from './local-user.ts';

const USAGE = `usage:
  clients create --plane PLANE --role ROLE --principal NAME  and the other options of keys create, with one of
                 --jwks FILE                           its public keys: it signs assertions (private_key_jwt)
                 --certificate-thumbprint THUMBPRINT   SHA-256 of its certificate, base64url (tls_client_auth)
                 --certificate-name AUTHORITY,SAN,NAME a name in certificates of that authority, SAN dns, uri or email
  A client with a secret: keys create --kind client`;

const OPTIONS = {
  jwks: { type: 'string' },
  'certificate-thumbprint': { type: 'string' },
  'certificate-name': { type: 'string' },
} as const;
type Values = { readonly [Name in keyof typeof OPTIONS]?: string };

/** The options of ours, and what is left for `keys create`. */
function splitArguments(argv: readonly string[]): { values: Values; rest: string[] } {
  const { values, tokens } = parseArgs({ args: [...argv], options: OPTIONS, strict: false, tokens: true });
  const ours = new Set<number>();
  for (const token of tokens) {
    if (token.kind !== 'option' || !Object.hasOwn(OPTIONS, token.name)) continue;
    ours.add(token.index);
    if (!token.inlineValue) ours.add(token.index + 1);
  }
  const named = Object.entries(values).filter(([name]) => Object.hasOwn(OPTIONS, name));
  return { values: Object.fromEntries(named) as Values, rest: argv.filter((_, at) => !ours.has(at)) };
}

function keysOf(path: string): unknown[] {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    throw new UsageError('--jwks: is not a file of JSON that can be read');
  }
  const keys = typeof json === 'object' && json !== null && 'keys' in json ? json.keys : [json];
  if (Array.isArray(keys) && keys.length > 0 && keys.every(isPublicKey)) return keys;
  throw new UsageError(
    '--jwks: must hold public keys for signatures alone (EC P-256 or P-384, Ed25519, RSA of 2,048 bits or more)',
  );
}

function authenticationOf(values: Values): ClientAuthentication {
  if (Object.keys(values).length !== 1) throw new UsageError(`clients: needs one of its own options\n${USAGE}`);
  const { jwks, 'certificate-thumbprint': thumbprint, 'certificate-name': named = '' } = values;
  if (jwks !== undefined) return parsed({ method: 'private_key_jwt', keys: keysOf(jwks) }, '--jwks');
  if (thumbprint !== undefined) {
    return parsed({ method: 'tls_client_auth', certificate: { thumbprint } }, '--certificate-thumbprint');
  }
  const [authority, san, ...name] = named.split(',');
  const certificate = { authority, san, name: name.join(',') };
  return parsed({ method: 'tls_client_auth', certificate }, '--certificate-name');
}

const RULES = {
  '--jwks': 'must hold 1 to 5 public keys',
  '--certificate-thumbprint': 'must be 43 characters of base64url, the SHA-256 of the certificate in DER',
  '--certificate-name': 'must be AUTHORITY,SAN,NAME: an id of the identity file, uri, dns or email, and the whole name',
} as const;

function parsed(value: unknown, option: keyof typeof RULES): ClientAuthentication {
  const result = ClientAuthentication.safeParse(value);
  if (result.success) return result.data;
  throw new UsageError(`${option}: ${RULES[option]}\n${USAGE}`);
}

async function create(argv: readonly string[], { redis, config, out, audit }: KeysEnvironment): Promise<void> {
  const { values, rest } = splitArguments(argv);
  const client = authenticationOf(values);
  const asked = parseKeysArguments(['create', '--kind', 'client', ...rest], Date.now());
  if (asked.command !== 'create') throw new UsageError(USAGE);
  const policy: Policy = await loadPolicy(config.policyFile);
  const manager = new CredentialManager({
    ...{ redis: redis.client, tenants: new Tenants(redis.client), policy: () => policy, now: Date.now },
    graceMs: config.rotation.graceSeconds * 1_000,
  });
  const local = localUser();
  const { plane, roles, queues, principal, tenant } = asked.draft;
  const event = { event_type: 'credential.created', ...local, tenant };
  const record = await manager.register({ name: local.principal }, asked.draft, client).catch((error: unknown) => {
    const refused = error instanceof CredentialRefusal ? error.message : 'Redis did not do it';
    const detail = { kind: 'client', plane, roles, queues, of: principal, method: client.method, refused };
    audit.record({ ...event, outcome: 'failure', detail });
    throw error;
  });
  const detail = { ...toldOf(policy, record), method: client.method };
  audit.record({ ...event, outcome: 'success', detail });
  if (asked.json) out(JSON.stringify(shownCredential(policy, record, Date.now())));
  else out(`Client ${record.id} of ${record.principal}: give it this id as its client_id.`);
}

/**
 * `clients create`, for clients of the token endpoint that have no secret.
 *
 * @param argv what follows `clients`.
 * @returns the exit code: 0 done, 1 refused, 2 not understood. @throws what Redis throws
 */
export async function runClients(argv: readonly string[], environment: KeysEnvironment): Promise<number> {
  const [command, ...rest] = argv;
  try {
    if (command !== 'create') throw new UsageError(USAGE);
    await create(rest, environment);
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof CredentialRefusal || error instanceof BadFile)) throw error;
    (environment.err ?? environment.out)(error.message);
    return error instanceof UsageError ? 2 : 1;
  }
}

import { existsSync } from 'node:fs';
import { OjsConfigurationError } from '../errors.ts';
import { clientCredentials } from './oauth.ts';
import { workerRegistration } from './registration.ts';
import type { CredentialSource } from './source.ts';
import { fromEnvironment, fromFile } from './stored.ts';

/** Where a credential may be found, or why it is not there. */
interface Place {
  readonly name: string;
  find(env: NodeJS.ProcessEnv): CredentialSource | string;
}

/** Where an orchestrator mounts what a program needs to know. */
const KEY_FILE = '/run/secrets/ojs/api-key';
const TOKEN_FILES = ['/var/run/secrets/tokens/ojs', '/run/secrets/ojs/token'];

const isSet = (env: NodeJS.ProcessEnv, name: string): boolean => Boolean(env[name] || env[`${name}_FILE`]);

const places = (hasCertificate: boolean, isWorker: boolean): readonly Place[] => [
  {
    name: 'OJS_SECRET_API_KEY',
    find: (env) => (isSet(env, 'OJS_SECRET_API_KEY') ? fromEnvironment() : 'neither it nor its _FILE is set'),
  },
  { name: 'OJS_OAUTH_CLIENT_ID', find: oauthOf },
  {
    name: 'OJS_SECRET_WORKER_REGISTRATION',
    find(env) {
      if (!isWorker) return 'for workers only';
      const name = 'OJS_SECRET_WORKER_REGISTRATION';
      return isSet(env, name) ? workerRegistration(fromEnvironment(name)) : 'neither it nor its _FILE is set';
    },
  },
  { name: KEY_FILE, find: () => (existsSync(KEY_FILE) ? fromFile(KEY_FILE) : 'no such file') },
  {
    name: 'workload identity (OJS_TOKEN_FILE)',
    find(env) {
      const path = env.OJS_TOKEN_FILE || TOKEN_FILES.find((each) => existsSync(each));
      return path === undefined ? `it is not set, and there is none of ${TOKEN_FILES.join(', ')}` : fromFile(path);
    },
  },
  {
    name: 'client certificate',
    find: () => (hasCertificate ? () => undefined : 'none is given'),
  },
];

function oauthOf(env: NodeJS.ProcessEnv): CredentialSource | string {
  const { OJS_OAUTH_CLIENT_ID: clientId, OJS_OAUTH_ISSUER: issuer, OJS_OAUTH_TOKEN_URL: tokenUrl } = env;
  if (!clientId) return 'it is not set';
  if (!issuer && !tokenUrl) return 'OJS_OAUTH_ISSUER or OJS_OAUTH_TOKEN_URL is missing';
  if (!isSet(env, 'OJS_SECRET_OAUTH_CLIENT_SECRET')) return 'OJS_SECRET_OAUTH_CLIENT_SECRET or its _FILE is missing';
  return clientCredentials({
    clientId,
    ...(issuer ? { issuer } : { tokenUrl: tokenUrl as string }),
    clientSecret: fromEnvironment('OJS_SECRET_OAUTH_CLIENT_SECRET'),
    ...(env.OJS_OAUTH_SCOPE && { scope: env.OJS_OAUTH_SCOPE }),
    ...(env.OJS_OAUTH_RESOURCE && { resource: env.OJS_OAUTH_RESOURCE }),
    ...(env.OJS_CA_FILE && { ca: env.OJS_CA_FILE }),
  });
}

/**
 * The credential where none was passed: from the environment, from a mounted file, from the identity that the platform gives the
 * workload, or the client certificate alone. The first place that has one is used from then on.
 *
 * @throws {OjsConfigurationError} when asked and there is none, with every place and why it was not there
 */
export function defaultCredential({
  hasCertificate = false,
  isWorker = false,
}: {
  readonly hasCertificate?: boolean;
  readonly isWorker?: boolean;
} = {}): CredentialSource {
  let found: CredentialSource | undefined;
  return (asked) => {
    found ??= search(places(hasCertificate, isWorker));
    return found(asked);
  };
}

function search(all: readonly Place[]): CredentialSource {
  const tried: string[] = [];
  for (const { name, find } of all) {
    const result = find(process.env);
    if (typeof result !== 'string') return result;
    tried.push(`${name}: ${result}`);
  }
  throw new OjsConfigurationError(`No credential: pass \`credential\`, or set one of these. ${tried.join('; ')}`);
}

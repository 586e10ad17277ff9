import type { Mistake } from '../config/mistakes.ts';
import { isPlainHttp, staysOnMachine } from '../config/redis-url.ts';
import type { SecretSource } from '../config/secret-store.ts';
import type { Settings } from '../config/settings.ts';
import { parseReference, REFERENCE_FORMS } from './reference.ts';

type Sources = ReadonlyMap<string, { readonly source: SecretSource }>;
type Vault = Settings['vault'];

/** What a secrets manager itself is asked with cannot be kept in it. */
const OF_VAULT: ReadonlySet<string> = new Set(['VAULT_TOKEN', 'VAULT_SECRET_ID']);

/** Rules about references to secrets managers, and the settings that are needed to follow them. */
export function referenceMistakes(sources: Sources, settings: Settings, env: NodeJS.ProcessEnv): Mistake[] {
  const mistakes: Mistake[] = [];
  const schemes = new Set<string>();
  for (const [name, { source }] of sources) {
    if (source.from !== 'reference') continue;
    const reference = parseReference(source.reference);
    const tell = (problem: string): void => void mistakes.push({ name: `OJS_SECRET_${name}_REF`, problem });
    if (OF_VAULT.has(name)) tell('cannot be a reference: it is needed to follow references');
    else if (reference === undefined) tell(`is not a reference: write ${REFERENCE_FORMS}`);
    else schemes.add(reference.scheme);
  }
  if (schemes.has('vault')) mistakes.push(...vaultMistakes(settings.vault, settings.env, sources));
  if (schemes.has('aws') && settings.env === 'production') mistakes.push(...awsMistakes(env));
  return mistakes;
}

function vaultMistakes(vault: Vault, env: Settings['env'], sources: Sources): Mistake[] {
  const { url = '', appRole, kubernetes } = vault;
  const isPlain = isPlainHttp(url);
  const isToken = sources.has('VAULT_TOKEN');
  const logins = [isToken, appRole.roleId !== undefined, kubernetes.role !== undefined].filter(Boolean).length;
  const rules: [broken: boolean, name: string, problem: string][] = [
    [vault.url === undefined, 'OJS_VAULT_URL', 'is required for references that begin with vault:'],
    [
      isPlain && !(env === 'development' && staysOnMachine(url)),
      'OJS_VAULT_URL',
      'is not encrypted: use https:// (http:// is possible in development, on the loopback)',
    ],
    [
      logins !== 1,
      'OJS_VAULT_URL',
      `needs exactly one login, and ${logins === 0 ? 'none' : 'more'} is set: OJS_SECRET_VAULT_TOKEN, OJS_VAULT_APP_ROLE_ROLE_ID or OJS_VAULT_KUBERNETES_ROLE`,
    ],
    [
      appRole.roleId !== undefined && !sources.has('VAULT_SECRET_ID'),
      'OJS_SECRET_VAULT_SECRET_ID',
      'is required with OJS_VAULT_APP_ROLE_ROLE_ID: set it, or OJS_SECRET_VAULT_SECRET_ID_FILE',
    ],
  ];
  return rules.filter(([broken]) => broken).map(([, name, problem]) => ({ name, problem }));
}

/** The SDK of AWS has its own variables. */
function awsMistakes(env: NodeJS.ProcessEnv): Mistake[] {
  return ['AWS_ENDPOINT_URL', 'AWS_ENDPOINT_URL_SECRETS_MANAGER']
    .filter((name) => isPlainHttp(env[name] ?? ''))
    .map((name) => ({ name, problem: 'is not encrypted: use https://' }));
}

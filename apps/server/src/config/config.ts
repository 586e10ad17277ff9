import type { z } from 'zod';
import { referenceMistakes } from '../secrets/rules.ts';
import { fileMistakes } from './file-mistakes.ts';
import { isSecretName } from './looks-secret.ts';
import { ConfigMistakes, type Mistake, nearest } from './mistakes.ts';
import { type Process, productionMistakes } from './production.ts';
import { redisMistakes } from './redis-rules.ts';
import { SecretStore } from './secret-store.ts';
import { readSecrets } from './secrets.ts';
import { Settings } from './settings.ts';
import { type Nested, readSources } from './sources.ts';
import { VARIABLES, variableOf } from './variables.ts';

/**
 * The whole configuration, validated and frozen, but for the values of secrets, which may change at any time. They are wrapped so that they cannot be
 * printed; those of a secrets manager are known once `openSecrets` has asked it.
 */
export type Config = Settings & { readonly secrets: SecretStore };

const freeze = <T>(value: T): T => {
  if (typeof value === 'object' && value !== null && !(value instanceof Map)) {
    for (const inner of Object.values(value)) freeze(inner);
    Object.freeze(value);
  }
  return value;
};

function told(issue: z.core.$ZodIssue, fromEnv: (name: string) => boolean): Mistake[] {
  const path = issue.path.map(String).filter((part) => !/^\d+$/.test(part));
  const variable = variableOf(path);
  if (issue.code === 'unrecognized_keys') {
    const known = [...VARIABLES.values()].map((each) => each.join('.'));
    return issue.keys.map((key) => {
      const name = [...path, key].join('.');
      const problem = isSecretName(key)
        ? 'does not belong into this file: set OJS_SECRET_NAME, OJS_SECRET_NAME_FILE or OJS_SECRET_NAME_REF'
        : `is not a setting: did you mean ${nearest(name, known)}?`;
      return { name: `${name} (OJS_CONFIG)`, problem };
    });
  }
  if (issue.input === undefined && variable === 'OJS_REDIS_URL') {
    return [{ name: variable, problem: 'is required: redis://HOST:PORT, rediss://HOST:PORT or unix:///PATH' }];
  }
  return [{ name: fromEnv(variable) ? variable : `${variable} (${path.join('.')})`, problem: issue.message }];
}

/** Takes out what an issue is about, so that the other rules can still be asked about the rest. */
function without(raw: Nested, issue: z.core.$ZodIssue): void {
  let here: unknown = raw;
  const path = issue.path.filter((part) => typeof part === 'string');
  const last = issue.code === 'unrecognized_keys' ? undefined : path.pop();
  for (const part of path) here = (here as Nested)?.[part];
  if (typeof here !== 'object' || here === null) return;
  for (const key of issue.code === 'unrecognized_keys' ? issue.keys : [last]) delete (here as Nested)[String(key)];
}

function parse(raw: Nested, env: NodeJS.ProcessEnv, mistakes: Mistake[]): Settings {
  const first = Settings.safeParse(raw, { reportInput: true });
  if (first.success) return first.data;
  for (const issue of first.error.issues) {
    mistakes.push(...told(issue, (name) => env[name] !== undefined));
    without(raw, issue);
  }
  // Only here so that the remaining rules see a whole configuration; the mistakes above stop the server.
  return Settings.parse({ ...raw, redis: { url: 'unix:///missing', ...(raw.redis as Nested | undefined) } });
}

/** Rules between settings that hold in every environment. */
function relationMistakes({ tls, plainPort, proxy, env, limits }: Settings, listens: boolean): Mistake[] {
  const rules: [broken: boolean, name: string, problem: string][] = [
    [tls.certFile !== undefined && tls.keyFile === undefined, 'OJS_TLS_KEY_FILE', 'is required with OJS_TLS_CERT_FILE'],
    [tls.keyFile !== undefined && tls.certFile === undefined, 'OJS_TLS_CERT_FILE', 'is required with OJS_TLS_KEY_FILE'],
    [
      listens &&
        env === 'development' &&
        !(tls.certFile || tls.keyFile || proxy.terminatesTls) &&
        plainPort === undefined,
      'OJS_TLS_CERT_FILE',
      'set it and OJS_TLS_KEY_FILE, or OJS_PLAIN_PORT: there is nothing to listen on',
    ],
    [
      proxy.terminatesTls && proxy.trusted === undefined,
      'OJS_PROXY_TRUSTED',
      'is required with OJS_PROXY_TERMINATES_TLS: the addresses of the proxies, the only ones that are served',
    ],
    [
      proxy.terminatesTls && (tls.certFile ?? tls.keyFile) !== undefined,
      'OJS_PROXY_TERMINATES_TLS',
      'means plain http: remove it, or OJS_TLS_CERT_FILE and OJS_TLS_KEY_FILE',
    ],
    [limits.leaseMs > limits.leaseMaxMs, 'OJS_LIMITS_LEASE_MS', 'must not be longer than OJS_LIMITS_LEASE_MAX_MS'],
    [limits.headersMs > limits.requestMs, 'OJS_LIMITS_HEADERS_MS', 'must not be longer than OJS_LIMITS_REQUEST_MS'],
  ];
  return rules.filter(([broken]) => broken).map(([, name, problem]) => ({ name, problem }));
}

/**
 * Reads the configuration from `OJS_*`, the file OJS_CONFIG and the secrets' files.
 *
 * @throws {ConfigMistakes} with every mistake at once
 */
export function loadConfig(process: Process): Config {
  const { env } = process;
  const mistakes: Mistake[] = [];
  const settings = parse(readSources(env, mistakes), env, mistakes);
  const found = readSecrets(env, settings.env, mistakes);
  const more = [
    ...relationMistakes(settings, process.listens ?? true),
    ...(settings.env === 'production' ? productionMistakes(settings, found, process) : []),
    ...fileMistakes(settings, process.listens ?? true, found),
    ...redisMistakes(settings),
    ...referenceMistakes(found, settings, env),
  ];
  // A setting that is wrong by itself is told once.
  mistakes.push(...more.filter(({ name }) => !mistakes.some((earlier) => earlier.name === name)));
  if (mistakes.length > 0) throw new ConfigMistakes(mistakes);
  return freeze({ ...settings, secrets: new SecretStore(found, settings.rotation.graceSeconds * 1_000) });
}

import { readFileSync } from 'node:fs';
import { parseJsonText } from './json-text.ts';
import { secretsAmong } from './looks-secret.ts';
import { type Mistake, nearest } from './mistakes.ts';
import { codeOf } from './secrets.ts';
import { VARIABLES } from './variables.ts';

/** Settings as they were written. */
export type Nested = { [key: string]: unknown };

const isObject = (value: unknown): value is Nested =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Reads the file that OJS_CONFIG names: JSON with the settings nested. */
function readConfigFile(path: string, mistakes: Mistake[]): Nested {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    mistakes.push({ name: 'OJS_CONFIG', problem: `the file ${path} cannot be read (${codeOf(error)})` });
    return {};
  }
  const read = parseJsonText(text);
  if ('json' in read && isObject(read.json)) return read.json;
  const problem = 'problem' in read ? read.problem : 'must hold one JSON object';
  mistakes.push({ name: 'OJS_CONFIG', problem: `the file ${path} ${problem}` });
  return {};
}

function place(target: Nested, path: readonly string[], value: string): void {
  const [name, ...rest] = path as [string, ...string[]];
  if (rest.length === 0) {
    target[name] = value;
    return;
  }
  const inner = target[name];
  const next = isObject(inner) ? inner : {};
  target[name] = next;
  place(next, rest, value);
}

/** What the SDKs read: not ours, and no mistake where a server shares their environment. */
const OF_SDKS: ReadonlySet<string> = new Set([
  ...['OJS_URL', 'OJS_CA_FILE', 'OJS_CLIENT_CERT_FILE', 'OJS_CLIENT_KEY_FILE', 'OJS_TOKEN_FILE'],
  ...['OJS_OAUTH_CLIENT_ID', 'OJS_OAUTH_ISSUER', 'OJS_OAUTH_TOKEN_URL', 'OJS_OAUTH_SCOPE', 'OJS_OAUTH_RESOURCE'],
]);

/** Where OpenTelemetry's own variables, which its SDKs share, say that spans go. */
function collectorOf(env: NodeJS.ProcessEnv): string | undefined {
  const { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: exact, OTEL_EXPORTER_OTLP_ENDPOINT: base } = env;
  return exact || (base ? `${base.replace(/\/$/, '')}/v1/traces` : undefined);
}

/** The settings as they were written, nested: the file first, then the environment, which wins. */
export function readSources(env: NodeJS.ProcessEnv, mistakes: Mistake[]): Nested {
  const raw = env.OJS_CONFIG ? readConfigFile(env.OJS_CONFIG, mistakes) : {};
  mistakes.push(...secretsAmong(raw, (path) => `${path.join('.')} (OJS_CONFIG)`));
  const collector = collectorOf(env);
  if (collector !== undefined && !isObject(raw.tracing)) raw.tracing = { endpoint: collector };
  for (const [variable, value] of Object.entries(env)) {
    if (!variable.startsWith('OJS_') || variable.startsWith('OJS_SECRET_') || variable === 'OJS_CONFIG') continue;
    if (OF_SDKS.has(variable)) continue;
    const path = VARIABLES.get(variable);
    if (path === undefined) {
      mistakes.push({
        name: variable,
        problem: `is not a setting: did you mean ${nearest(variable, VARIABLES.keys())}?`,
      });
    } else if (value !== undefined) {
      mistakes.push(...secretsAmong(value, () => variable));
      place(raw, path, value);
    }
  }
  return raw;
}

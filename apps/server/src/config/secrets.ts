import type { Mistake } from './mistakes.ts';
import { isSample } from './sample-secrets.ts';
import { Secret } from './secret.ts';
import { readSecretFile } from './secret-file.ts';
import type { SecretSource } from './secret-store.ts';
import { serverKeyProblem } from './server-key.ts';

const PREFIX = 'OJS_SECRET_';
const VARIABLE = /^OJS_SECRET_([A-Z0-9_]*?)(_FILE|_REF)?$/;

/** Where a secret comes from, and its value as far as it can be known without asking anybody. */
export interface FoundSecret {
  readonly source: SecretSource;
  readonly value?: Secret;
}

/** The variable that says where a secret comes from. */
export const secretVariable = (name: string, { from }: SecretSource): string =>
  `${PREFIX}${name}${from === 'variable' ? '' : from === 'file' ? '_FILE' : '_REF'}`;

/** Why a value cannot be this secret, in words without the value; undefined where it can. */
export function secretProblem(name: string, text: string, env: 'production' | 'development'): string | undefined {
  if (name === 'SERVER_KEY' || name === 'SERVER_KEY_PREVIOUS') {
    const problem = serverKeyProblem(text);
    if (problem !== undefined) return problem;
  }
  return env === 'production' && isSample(text)
    ? 'is a sample that everybody knows: give a secret of your own'
    : undefined;
}

/**
 * A secret comes from exactly one of OJS_SECRET_NAME, the file that OJS_SECRET_NAME_FILE names (a mounted secret), and the secrets
 * manager that OJS_SECRET_NAME_REF refers to.
 */
export function readSecrets(
  env: NodeJS.ProcessEnv,
  environment: 'production' | 'development',
  mistakes: Mistake[],
): ReadonlyMap<string, FoundSecret> {
  const secrets = new Map<string, FoundSecret>();
  for (const [variable, value] of Object.entries(env).sort(([a], [b]) => a.length - b.length)) {
    if (!variable.startsWith(PREFIX) || value === undefined) continue;
    const tell = (problem: string): void => void mistakes.push({ name: variable, problem });
    const [, name = '', suffix] = VARIABLE.exec(variable) ?? [];
    const other = secrets.get(name);
    if (name === '') tell('names no secret: write OJS_SECRET_NAME, OJS_SECRET_NAME_FILE or OJS_SECRET_NAME_REF');
    else if (other) tell(`${secretVariable(name, other.source)} is set too: keep one of them`);
    else if (value === '') tell('is empty: give the secret, or remove the variable');
    else secrets.set(name, readOne(name, suffix, value, environment, tell));
  }
  return secrets;
}

function readOne(
  name: string,
  suffix: string | undefined,
  value: string,
  environment: 'production' | 'development',
  tell: (problem: string) => void,
): FoundSecret {
  if (suffix === '_REF') return { source: { from: 'reference', reference: value } };
  const source: SecretSource = suffix === '_FILE' ? { from: 'file', path: value } : { from: 'variable' };
  const read = suffix === '_FILE' ? readSecretFile(value) : { text: value };
  const problem = 'problem' in read ? read.problem : secretProblem(name, read.text, environment);
  if (problem !== undefined) tell(problem);
  return 'text' in read ? { source, value: new Secret(read.text) } : { source };
}

/** `ENOENT` and the like; never the message, which could quote what was read. */
export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'unknown';

import { readFileSync } from 'node:fs';
import type { Mistake } from './mistakes.ts';
import { Secret } from './secret.ts';

const PREFIX = 'OJS_SECRET_';

/**
 * Secrets come from OJS_SECRET_NAME, or from the file that OJS_SECRET_NAME_FILE names (a mounted secret), never both;
 * one newline at the end of a file, which editors add, is cut.
 */
export function readSecrets(env: NodeJS.ProcessEnv, mistakes: Mistake[]): ReadonlyMap<string, Secret> {
  const secrets = new Map<string, Secret>();
  const tell = (name: string, problem: string) => void mistakes.push({ name, problem });
  for (const [variable, value] of Object.entries(env)) {
    if (!variable.startsWith(PREFIX) || value === undefined) continue;
    const fromFile = variable.endsWith('_FILE');
    const name = variable.slice(PREFIX.length, fromFile ? -'_FILE'.length : undefined);
    if (name === '') {
      tell(variable, 'names no secret: write OJS_SECRET_NAME or OJS_SECRET_NAME_FILE');
    } else if (fromFile && env[`${PREFIX}${name}`] !== undefined) {
      tell(variable, `${PREFIX}${name} is set too: keep one of them`);
    } else {
      const text = fromFile ? readSecretFile(variable, value, tell) : value;
      if (text === '') tell(variable, 'is empty: give the secret, or remove the variable');
      else if (text !== undefined) secrets.set(name, new Secret(text));
    }
  }
  return secrets;
}

function readSecretFile(
  variable: string,
  path: string,
  tell: (name: string, problem: string) => void,
): string | undefined {
  try {
    return readFileSync(path, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    tell(variable, `the file cannot be read (${codeOf(error)}): check that it exists and that this user may read it`);
    return undefined;
  }
}

/** `ENOENT` and the like; never the message, which could quote what was read. */
export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'unknown';

import { readFile, stat } from 'node:fs/promises';
import { OjsConfigurationError } from '../errors.ts';
import { type Asked, checkToken } from './source.ts';

/** How long a credential file is trusted to be unchanged before it is looked at again. */
const FILE_FRESH_MS = 1_000;
const FILE_MAX_BYTES = 64 * 1024;

/** A credential that is a text, wherever it is kept: it can be the secret of another credential too. */
export type StoredSource = (asked?: Pick<Asked, 'rejected'>) => string | Promise<string>;

/**
 * An API key or token that does not change.
 *
 * @throws {OjsConfigurationError} when it cannot be sent in a header
 */
export function apiKey(key: string): StoredSource {
  const checked = checkToken(key, 'The credential');
  return () => checked;
}

/**
 * Reads the credential from an environment variable at each request, or from the file that `<name>_FILE` names.
 *
 * @param name default `OJS_SECRET_API_KEY`
 * @throws {OjsConfigurationError} when asked and neither is set
 */
export function fromEnvironment(name = 'OJS_SECRET_API_KEY'): StoredSource {
  const files = new Map<string, StoredSource>();
  return (asked) => {
    const value = process.env[name];
    if (value) return checkToken(value.trim(), name);
    const path = process.env[`${name}_FILE`];
    if (!path) throw new OjsConfigurationError(`No credential: set ${name} or ${name}_FILE, or pass \`credential\``);
    const file = files.get(path) ?? fromFile(path);
    files.set(path, file);
    return file(asked);
  };
}

/**
 * Reads the credential from a file (a mounted secret). It is looked at again at most once a second, and at once when
 * the server has refused the last value; white space around it is ignored. While it cannot be read, the last value stays.
 *
 * @throws {OjsConfigurationError} when asked and the file cannot be read, is larger than 64 KiB or is not one token
 */
export function fromFile(path: string): StoredSource {
  let known: { token: string; version: string } | undefined;
  let lookedAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<string> | undefined;

  const look = async (): Promise<string> => {
    try {
      const { mtimeMs, ino, size } = await stat(path);
      if (size > FILE_MAX_BYTES) throw new OjsConfigurationError(`The credential file ${path} is larger than 64 KiB`);
      const version = `${mtimeMs}/${ino}/${size}`;
      if (known?.version !== version) {
        known = { token: checkToken((await readFile(path, 'utf8')).trim(), `The credential file ${path}`), version };
      }
    } catch (error) {
      if (!known) throw asConfigurationError(path, error);
    }
    lookedAt = performance.now();
    return (known as { token: string }).token;
  };

  return ({ rejected } = { rejected: false }) => {
    if (known && !rejected && performance.now() - lookedAt < FILE_FRESH_MS) return known.token;
    reading ??= look().finally(() => {
      reading = undefined;
    });
    return reading;
  };
}

function asConfigurationError(path: string, error: unknown): OjsConfigurationError {
  if (error instanceof OjsConfigurationError) return error;
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
  return new OjsConfigurationError(`The credential file ${path} cannot be read (${code})`, error);
}

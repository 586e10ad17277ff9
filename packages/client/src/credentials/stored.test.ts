import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { OjsConfigurationError } from '../errors.ts';
import { headersOf } from './source.ts';
import { apiKey, fromEnvironment, fromFile } from './stored.ts';

const KEY = 'ojs_prod_id_canary-secret';
const fresh = { rejected: false };
const refused = { rejected: true };
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ojs-credentials-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(directory, { recursive: true });
});

describe('a credential', () => {
  it('given as a string is what is sent', async () => {
    expect(headersOf(await apiKey(KEY)(fresh))).toEqual({ authorization: `Bearer ${KEY}` });
  });

  it('that is nothing sends no header: the client certificate speaks', () => {
    expect(headersOf(undefined)).toEqual({});
  });

  it('with a proof is sent with the scheme that belongs to proofs', () => {
    const headers = { authorization: `DPoP ${KEY}`, dpop: 'a.b.c' };
    expect(headersOf(headers)).toEqual(headers);
    expect(() => headersOf({ ...headers, authorization: `Bearer ${KEY}` })).toThrow(OjsConfigurationError);
    expect(() => headersOf({ ...headers, dpop: 'a\r\nb' })).toThrow(OjsConfigurationError);
  });

  it('that could end a header is refused without being repeated', () => {
    const bad = `${KEY}\r\nx-evil: 1`;
    expect(() => apiKey(bad)).toThrow(OjsConfigurationError);
    expect(() => apiKey(bad)).not.toThrow(/canary/);
    expect(() => headersOf(bad)).toThrow(OjsConfigurationError);
    expect(() => headersOf(bad)).not.toThrow(/canary/);
  });

  it('is not shown by inspecting or serialising what holds it', () => {
    const shown = inspect(apiKey(KEY), { depth: 9, showHidden: true }) + JSON.stringify({ credential: apiKey(KEY) });
    expect(shown).not.toContain('canary');
  });
});

describe('a credential from the environment', () => {
  it('is read at each request', async () => {
    const source = fromEnvironment('OJS_TEST_KEY');
    vi.stubEnv('OJS_TEST_KEY', 'first');
    expect(await source(fresh)).toBe('first');
    vi.stubEnv('OJS_TEST_KEY', 'second');
    expect(await source(fresh)).toBe('second');
  });

  it('may stand in the file that the variable with _FILE names', async () => {
    await writeFile(join(directory, 'key'), `${KEY}\n`);
    vi.stubEnv('OJS_TEST_KEY_FILE', join(directory, 'key'));
    expect(await fromEnvironment('OJS_TEST_KEY')(fresh)).toBe(KEY);
  });

  it('that is missing is named', () => {
    expect(() => fromEnvironment('OJS_TEST_KEY')(fresh)).toThrow(/set OJS_TEST_KEY or OJS_TEST_KEY_FILE/);
  });
});

describe('a credential from a file', () => {
  const write = async (text: string, seconds: number): Promise<string> => {
    const path = join(directory, 'key');
    await writeFile(path, text);
    await utimes(path, seconds, seconds);
    return path;
  };

  it('is read anew when the file has changed and the server refused the old one', async () => {
    const source = fromFile(await write('old-key\n', 1_000));
    expect(await source(fresh)).toBe('old-key');
    await write('new-key\n', 2_000);
    expect(await source(refused)).toBe('new-key');
  });

  it('stays while the file cannot be read', async () => {
    const path = await write('old-key', 1_000);
    const source = fromFile(path);
    await source(fresh);
    await rm(path);
    expect(await source(refused)).toBe('old-key');
  });

  it('that was never there names the file', async () => {
    await expect(fromFile(join(directory, 'none'))(fresh)).rejects.toThrow(/none cannot be read \(ENOENT\)/);
  });

  it('that is no single token is refused without being repeated', async () => {
    const source = fromFile(await write('canary one\ncanary two', 1_000));
    const error = await Promise.resolve(source(fresh)).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(OjsConfigurationError);
    expect(inspect(error)).not.toContain('canary');
  });
});

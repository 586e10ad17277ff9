import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { loadConfig } from './config.ts';
import { ConfigMistakes } from './mistakes.ts';
import { readSecretFile } from './secret-file.ts';
import { SecretStore } from './secret-store.ts';

const MAKE_PIPE = 'mkfifo';
const directory = mkdtempSync(join(tmpdir(), 'ojs-secrets-'));
const pathOf = (): string => join(directory, `${Math.random()}`);
const fileWith = (text: string | Buffer, mode = 0o600): string => {
  const path = pathOf();
  writeFileSync(path, text, { mode });
  chmodSync(path, mode);
  return path;
};
const development = { OJS_ENV: 'development', OJS_PLAIN_PORT: '0', OJS_REDIS_URL: 'unix:///tmp/redis.sock' };
const load = (env: Record<string, string>) => loadConfig({ env, execArgv: [] });
/** The mistakes that development, or production, tells of besides those without these variables. */
const mistakes = (env: Record<string, string>, base: Record<string, string> = development): Record<string, string> => {
  try {
    load({ ...base, ...env });
    return {};
  } catch (error) {
    if (!(error instanceof ConfigMistakes)) throw error;
    return Object.fromEntries(error.mistakes.map(({ name, problem }) => [name, problem]));
  }
};

describe('a secret', () => {
  it('is read from the variable or from a file, without its last newline and no other', () => {
    const { secrets } = load({
      ...development,
      OJS_SECRET_A: 'one\n',
      OJS_SECRET_B_FILE: fileWith('two\n'),
      OJS_SECRET_C_FILE: fileWith(' three\n\r\n'),
    });
    expect(['A', 'B', 'C'].map((name) => secrets.get(name)?.reveal())).toEqual(['one\n', 'two', ' three\n']);
  });

  it('has one source: with two or three of them, nothing starts', () => {
    const [file, reference] = [fileWith('x-1'), 'vault:kv/ojs#a'];
    const told = mistakes({ OJS_SECRET_A: 'x-1', OJS_SECRET_A_FILE: file, OJS_SECRET_A_REF: reference });
    expect(told).toEqual({
      OJS_SECRET_A_FILE: 'OJS_SECRET_A is set too: keep one of them',
      OJS_SECRET_A_REF: 'OJS_SECRET_A is set too: keep one of them',
    });
    expect(Object.keys(mistakes({ OJS_SECRET_A_FILE: file, OJS_SECRET_A_REF: reference }))).toContain(
      'OJS_SECRET_A_FILE',
    );
  });

  it('in a file that is missing, empty, a directory, a loop of links, a pipe, no text or too long is refused by name', () => {
    const loop = pathOf();
    symlinkSync(loop, loop);
    const pipe = pathOf();
    execFileSync(MAKE_PIPE, [pipe]);
    const folder = pathOf();
    mkdirSync(folder);
    const files = {
      MISSING: pathOf(),
      LOOP: loop,
      FOLDER: folder,
      PIPE: pipe,
      EMPTY: fileWith('\n'),
      BINARY: fileWith(Buffer.from([0xff, 0xfe, 0x00])),
      LONG: fileWith('hunter2'.repeat(10_000)),
      LONGEST: fileWith('a'.repeat(65_536)),
    };
    const env = Object.fromEntries(Object.entries(files).map(([name, path]) => [`OJS_SECRET_${name}_FILE`, path]));
    const told = mistakes({ ...env, OJS_SECRET_NOTHING: '', OJS_SECRET_: 'x', OJS_SECRET_low: 'x' });
    expect(told).toEqual({
      OJS_SECRET_MISSING_FILE: expect.stringContaining('ENOENT'),
      OJS_SECRET_LOOP_FILE: expect.stringContaining('ELOOP'),
      OJS_SECRET_FOLDER_FILE: expect.stringContaining('is not a file'),
      OJS_SECRET_PIPE_FILE: expect.stringContaining('is not a file'),
      OJS_SECRET_EMPTY_FILE: expect.stringContaining('is empty'),
      OJS_SECRET_BINARY_FILE: expect.stringContaining('ERR_ENCODING_INVALID_ENCODED_DATA'),
      OJS_SECRET_LONG_FILE: expect.stringContaining('64 KiB'),
      OJS_SECRET_NOTHING: expect.stringContaining('is empty'),
      OJS_SECRET_: expect.stringContaining('names no secret'),
      OJS_SECRET_low: expect.stringContaining('names no secret'),
    });
    expect(JSON.stringify(told)).not.toContain('hunter2');
  });

  it.skipIf(process.getuid?.() === 0)('in a file that this user may not read is refused by name', () => {
    expect(mistakes({ OJS_SECRET_A_FILE: fileWith('x-1', 0o000) })).toEqual({
      OJS_SECRET_A_FILE: expect.stringContaining('EACCES'),
    });
  });

  it('in a file that others may read or change is known to be open', () => {
    const open = (mode: number) => readSecretFile(fileWith('x-1', mode));
    expect([0o600, 0o440, 0o644, 0o602].map(open)).toMatchObject([
      ...[{ isOpen: false }, { isOpen: false }, { isOpen: true }, { isOpen: true }],
    ]);
  });

  it('that everybody knows is refused in production, whatever it is for', () => {
    const samples = [
      'changeme',
      'Change-Me',
      'password',
      'your-secret-here',
      'redis_password123',
      '<password>',
      'aaaaaaaa',
    ];
    for (const sample of [...samples, `\${REDIS_PASSWORD}`, '{{ secret }}', 'foobared', 'hunter2']) {
      const told = mistakes({ OJS_SECRET_REDIS_PASSWORD: sample }, { OJS_REDIS_URL: 'unix:///r' });
      expect(told.OJS_SECRET_REDIS_PASSWORD, sample).toMatch(/sample/);
      expect(mistakes({ OJS_SECRET_REDIS_PASSWORD: sample })).toEqual({});
    }
    const told = mistakes({ OJS_SECRET_REDIS_PASSWORD: 'correct horse battery' }, { OJS_REDIS_URL: 'unix:///r' });
    expect(told).not.toHaveProperty('OJS_SECRET_REDIS_PASSWORD');
  });
});

describe('the server key', () => {
  const problem = (text: string, name = 'OJS_SECRET_SERVER_KEY') => mistakes({ [name]: text })[name] ?? 'none';

  it('is 32 random bytes in base64, base64url or hexadecimal', () => {
    for (const form of ['base64', 'base64url', 'hex'] as const)
      expect(problem(randomBytes(32).toString(form))).toBe('none');
    for (const bytes of [16, 31, 33, 64])
      expect(problem(randomBytes(bytes).toString('base64'))).toMatch(/32 random bytes/);
    expect(problem('a long pass phrase that somebody thought of')).toMatch(/32 random bytes/);
  });

  it('is refused when it was not drawn at random, or is that of development', () => {
    const written = [
      Buffer.alloc(32),
      Buffer.from('this is a phrase of 32 letters!!'),
      Buffer.from(Array.from({ length: 32 }, (_, i) => i)),
      Buffer.from(Array.from({ length: 32 }, (_, i) => 255 - 3 * i)),
      Buffer.concat([randomBytes(16)].flatMap((half) => [half, half])),
      Buffer.concat(Array(4).fill(randomBytes(8))),
      createHash('sha256').update('the server key of development').digest(),
    ];
    for (const key of written) {
      expect(problem(key.toString('base64')), key.toString('hex')).toMatch(/not random/);
      expect(problem(key.toString('hex'), 'OJS_SECRET_SERVER_KEY_PREVIOUS')).toMatch(/not random/);
    }
  });

  it('that is drawn at random is never refused', () => {
    for (let i = 0; i < 5_000; i++) expect(problem(randomBytes(32).toString('base64'))).toBe('none');
  });
});

describe('references', () => {
  const vault = { OJS_VAULT_URL: 'https://vault.internal:8200', OJS_SECRET_VAULT_TOKEN: 'hvs.x' };
  const OJS_SECRET_A_REF = 'vault:kv/team/ojs#field';

  it('are resolved later, and count as set', () => {
    const { secrets } = load({ ...development, ...vault, OJS_SECRET_A_REF });
    expect([secrets.has('A'), secrets.get('A')]).toEqual([true, undefined]);
  });

  it('that are none are told with the form of one, and not repeated', () => {
    const none = ['kv/ojs#a', 'vault:kv#a', 'vault:kv/ojs', 'vault:kv/../sys/x#a', 'vault:kv//x#a', 'vault:kv/x?y#a'];
    for (const text of [
      ...none,
      'aws:#a',
      'aws:a b',
      'gcp:a#b',
      'vault:kv/a#b/c',
      'hunter2',
      `aws:${'a'.repeat(3_000)}`,
    ]) {
      const told = mistakes({ ...vault, OJS_SECRET_A_REF: text });
      expect(told, text).toEqual({ OJS_SECRET_A_REF: expect.stringMatching(/write vault:MOUNT\/PATH#FIELD or aws:/) });
      expect(JSON.stringify(told)).not.toContain('hunter2');
    }
    expect(
      mistakes({ OJS_SECRET_A_REF: 'aws:arn:aws:secretsmanager:eu-west-1:123456789012:secret:ojs/x-AbCdEf#a' }),
    ).toEqual({});
  });

  it('to Vault need its address, over TLS, and exactly one login that is no reference itself', () => {
    const told = (env: Record<string, string>, base = development) =>
      Object.keys(mistakes({ OJS_SECRET_A_REF, ...env }, base));
    expect(told({ OJS_SECRET_VAULT_TOKEN: 'hvs.x' })).toEqual(['OJS_VAULT_URL']);
    expect(told({ OJS_VAULT_URL: 'https://vault.internal' })).toEqual(['OJS_VAULT_URL']);
    expect(told({ ...vault, OJS_VAULT_KUBERNETES_ROLE: 'ojs' })).toEqual(['OJS_VAULT_URL']);
    expect(told({ ...vault, OJS_VAULT_URL: 'http://vault.internal' })).toEqual(['OJS_VAULT_URL']);
    expect(told({ ...vault, OJS_VAULT_URL: 'http://127.0.0.1:8200' })).toEqual([]);
    const production = { OJS_REDIS_URL: 'unix:///r' } as typeof development;
    expect(told({ ...vault, OJS_VAULT_URL: 'http://127.0.0.1:8200' }, production)).toContain('OJS_VAULT_URL');
    expect(told({ OJS_VAULT_URL: 'https://vault.internal', OJS_VAULT_APP_ROLE_ROLE_ID: 'r' })).toEqual([
      'OJS_SECRET_VAULT_SECRET_ID',
    ]);
    expect(told({ OJS_VAULT_URL: 'https://v.internal', OJS_SECRET_VAULT_TOKEN_REF: 'vault:kv/ojs#token' })).toEqual([
      'OJS_SECRET_VAULT_TOKEN_REF',
    ]);
    expect(told({ ...vault, OJS_VAULT_CA_FILE: '/nowhere' })).toEqual(['OJS_VAULT_CA_FILE']);
  });
});

describe('the file of settings', () => {
  it('holds no secrets: what is called so or looks so is refused by its place', () => {
    const OJS_CONFIG = fileWith(
      JSON.stringify({
        redis: { password: 'hunter2' },
        secrets: { a: 'hunter2' },
        vault: { namespace: `hvs.${'a1'.repeat(12)}` },
        auditFile: 'ojs_admin_abc_hunter2',
      }),
    );
    const told = mistakes({ OJS_CONFIG, OJS_VAULT_KUBERNETES_ROLE: `ojs_prod_abc_${'h'.repeat(9)}hunter2` });
    expect(told).toEqual({
      'redis.password (OJS_CONFIG)': expect.stringContaining('OJS_SECRET_NAME'),
      'secrets (OJS_CONFIG)': expect.stringContaining('OJS_SECRET_NAME'),
      'vault.namespace (OJS_CONFIG)': expect.stringContaining('looks like a secret'),
      'auditFile (OJS_CONFIG)': expect.stringContaining('looks like a secret'),
      OJS_VAULT_KUBERNETES_ROLE: expect.stringContaining('looks like a secret'),
    });
    expect(JSON.stringify(told)).not.toMatch(/hunter2|a1a1/);
  });
});

describe('a secret that is replaced', () => {
  it('ends in its time, whatever somebody sets the clock to', () => {
    const found = new Map([['A', { source: { from: 'variable' as const } }]]);
    vi.useFakeTimers({ toFake: ['Date', 'performance'] });
    const store = new SecretStore(found, 60_000);
    store.replace('A', 'one');
    store.replace('A', 'two');
    vi.setSystemTime(Date.now() - 3_600_000);
    vi.advanceTimersByTime(60_000);
    expect(store.previous('A')).toBeUndefined();
    vi.useRealTimers();
  });

  it('is good until its grace period is over, and only the one before', () => {
    let now = 1_000;
    const found = new Map([['A', { source: { from: 'variable' as const } }]]);
    const store = new SecretStore(found, 500, () => now);
    let heard = 0;
    store.onChange('A', () => heard++);
    expect([store.replace('A', 'one'), store.replace('A', 'two'), store.replace('A', 'two')]).toEqual([
      true,
      true,
      false,
    ]);
    expect([store.get('A')?.reveal(), store.previous('A')?.reveal(), heard]).toEqual(['two', 'one', 2]);
    store.replace('A', 'three');
    expect(store.previous('A')?.reveal()).toBe('two');
    now = 1_500;
    expect([store.previous('A'), store.get('A')?.reveal()]).toEqual([undefined, 'three']);
    expect([store.replace('B', 'x'), store.get('B')]).toEqual([false, undefined]);
  });
});

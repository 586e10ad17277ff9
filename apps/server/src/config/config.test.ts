import { randomBytes } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { loadConfig } from './config.ts';
import { ConfigMistakes } from './mistakes.ts';
import { redacted } from './redacted.ts';

const directory = mkdtempSync(join(tmpdir(), 'ojs-config-'));
const fileWith = (text: string): string => {
  const path = join(directory, `${Math.random()}`);
  writeFileSync(path, text);
  return path;
};
const development = { OJS_ENV: 'development', OJS_PLAIN_PORT: '0', OJS_REDIS_URL: 'unix:///tmp/redis.sock' };
const load = (env: Record<string, string>, execArgv: string[] = []) => loadConfig({ env, execArgv });
const mistakes = (env: Record<string, string>, execArgv: string[] = []): string[] => {
  try {
    load(env, execArgv);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigMistakes)) throw error;
    return error.mistakes.map(({ name, problem }) => `${name}: ${problem}`);
  }
};
const named = (env: Record<string, string>, execArgv: string[] = []) =>
  mistakes(env, execArgv).map((line) => line.slice(0, line.indexOf(':')));

describe('the environment', () => {
  it('turns variables into nested settings with the defaults beside them', () => {
    const config = load({ ...development, OJS_LIMITS_ARGS_BYTES: '2048', OJS_VALIDATION_JOB_TYPES: 'a.b, c.*' });
    expect(config.limits.argsBytes).toBe(2048);
    expect(config.limits.depth).toBe(32);
    expect(config.validation).toMatchObject({
      names: 'security',
      unknownAttributes: 'reject',
      jobTypes: ['a.b', 'c.*'],
    });
    expect(config.redis.url).toEqual(['unix:///tmp/redis.sock']);
  });

  it('is frozen to the last leaf', () => {
    const config = load(development);
    expect(() => Object.assign(config.limits, { depth: 1 })).toThrow(TypeError);
    expect(() => config.redis.url.push('x')).toThrow(TypeError);
  });

  it('wins over the file that OJS_CONFIG names', () => {
    const OJS_CONFIG = fileWith('{"limits":{"depth":8,"argsBytes":100},"logLevel":"warn"}');
    const config = load({ ...development, OJS_CONFIG, OJS_LIMITS_DEPTH: '9' });
    expect([config.limits.depth, config.limits.argsBytes, config.logLevel]).toEqual([9, 100, 'warn']);
  });

  it('means production when OJS_ENV is unset', () => {
    expect(named({ OJS_REDIS_URL: 'unix:///tmp/redis.sock' })).toEqual([
      'OJS_TLS_CERT_FILE',
      'OJS_TLS_KEY_FILE',
      'OJS_SECRET_SERVER_KEY',
    ]);
  });
});

describe('where spans go', () => {
  const tracing = (env: Record<string, string>) => load({ ...development, ...env }).tracing.endpoint;

  it('is nowhere unless it is said, in our words or in those of OpenTelemetry, ours first', () => {
    const OTEL_EXPORTER_OTLP_ENDPOINT = 'http://127.0.0.1:4318/';
    const OJS_TRACING_ENDPOINT = 'https://collector.example/v1/traces';
    expect(tracing({})).toBeUndefined();
    expect(tracing({ OTEL_EXPORTER_OTLP_ENDPOINT })).toBe('http://127.0.0.1:4318/v1/traces');
    expect(tracing({ OTEL_EXPORTER_OTLP_ENDPOINT, OJS_TRACING_ENDPOINT })).toBe(OJS_TRACING_ENDPOINT);
  });

  it('is no other kind of address, and holds no password', () => {
    for (const url of ['file:///etc/passwd', 'collector:4318', 'https://me:secret@collector.example/v1/traces']) {
      expect(named({ ...development, OJS_TRACING_ENDPOINT: url })).toEqual(['OJS_TRACING_ENDPOINT']);
    }
    expect(mistakes({ ...development, OJS_TRACING_ENDPOINT: 'https://me:secret@a.example/' }).join()).not.toContain(
      'secret@',
    );
  });
});

describe('mistakes', () => {
  it('are told all at once, each by the name of its setting', () => {
    const told = named({
      OJS_PORT: 'eighty',
      OJS_LOG_LEVEL: 'loud',
      OJS_LIMITS_DEPTH: '1000',
      OJS_VALIDATION_NAME: 'core',
      OJS_SECRET_A: 'x',
      OJS_SECRET_A_FILE: '/nowhere',
      OJS_POLICY_FILE: '/nowhere/policy.json',
      NODE_TLS_REJECT_UNAUTHORIZED: '0',
    });
    expect(told.sort()).toEqual([
      'NODE_TLS_REJECT_UNAUTHORIZED',
      'OJS_LIMITS_DEPTH',
      'OJS_LOG_LEVEL',
      'OJS_POLICY_FILE',
      'OJS_PORT',
      'OJS_REDIS_URL',
      'OJS_SECRET_A',
      'OJS_SECRET_A_FILE',
      'OJS_SECRET_SERVER_KEY',
      'OJS_TLS_CERT_FILE',
      'OJS_TLS_KEY_FILE',
      'OJS_VALIDATION_NAME',
    ]);
  });

  it('name the setting that an unknown variable probably means', () => {
    expect(mistakes({ ...development, OJS_REDIS_URI: 'x' })).toEqual([
      'OJS_REDIS_URI: is not a setting: did you mean OJS_REDIS_URL?',
    ]);
  });

  it('name unknown settings of the file by their path', () => {
    const OJS_CONFIG = fileWith('{"limits":{"dept":8}}');
    expect(mistakes({ ...development, OJS_CONFIG })).toEqual([
      'limits.dept (OJS_CONFIG): is not a setting: did you mean limits.depth?',
    ]);
  });

  it('name a file with the same key twice, which would silently be the last; a mark of Windows is none', () => {
    const twice = fileWith('{"admin": {"mfa": "required"}, "admin": {"mfa": "off"}}');
    expect(mistakes({ ...development, OJS_CONFIG: twice })).toEqual([
      expect.stringMatching(/^OJS_CONFIG: .* has the same key twice/),
    ]);
    expect(mistakes({ ...development, OJS_CONFIG: fileWith('\uFEFF{"logLevel": "warn"}\r\n') })).toEqual([]);
  });

  it('never quote the text of a file that is not JSON', () => {
    const OJS_CONFIG = fileWith('hunter2');
    expect(mistakes({ ...development, OJS_CONFIG }).join()).not.toContain('hunter2');
  });

  it('forbid to listen on nothing', () => {
    const { OJS_PLAIN_PORT: _, ...rest } = development;
    expect(named(rest)).toEqual(['OJS_TLS_CERT_FILE']);
  });

  it('need no certificate where nothing listens, in production neither', () => {
    const env = { OJS_REDIS_URL: 'unix:///tmp/redis.sock' };
    expect(loadConfig({ env, execArgv: [], listens: false }).redis.url).toEqual(['unix:///tmp/redis.sock']);
    const beyond = { env: { OJS_REDIS_URL: 'redis://db.example:6379' }, execArgv: [], listens: false };
    expect(() => loadConfig(beyond)).toThrow(/OJS_REDIS_URL: is not encrypted/);
  });

  it('may stand beside those of the SDKs', () => {
    expect(mistakes({ ...development, OJS_URL: 'https://jobs.example', OJS_CA_FILE: '/ca.pem' })).toEqual([]);
  });

  it('name a certificate that does not fit its key', () => {
    const env = { ...development, OJS_TLS_CERT_FILE: fileWith('no PEM'), OJS_TLS_KEY_FILE: fileWith('no PEM') };
    expect(named(env)).toEqual(['OJS_TLS_CERT_FILE']);
  });
});

describe('files of settings', () => {
  it('and the one for the audit log must be there, or be possible', () => {
    expect(mistakes({ ...development, OJS_AUDIT_FILE: '/nowhere/audit.jsonl' })).toEqual([
      'OJS_AUDIT_FILE: the file /nowhere/audit.jsonl cannot be written (ENOENT): check path and rights',
    ]);
    expect(mistakes({ ...development, OJS_AUDIT_FILE: join(directory, 'new.jsonl') })).toEqual([]);
  });

  it('are judged with everything else, each mistake by itself', () => {
    const OJS_POLICY_FILE = fileWith('{"preset": "pages", "rols": {}}');
    const OJS_IDENTITY_FILE = fileWith(
      JSON.stringify({
        introspection: [
          { name: 'a', url: 'https://a', clientId: 'c', secret: 'NO', audience: ['x'], plane: 'producer' },
        ],
      }),
    );
    expect(mistakes({ ...development, OJS_POLICY_FILE, OJS_IDENTITY_FILE, OJS_LOG_LEVEL: 'loud' })).toEqual([
      expect.stringContaining('OJS_LOG_LEVEL'),
      'OJS_POLICY_FILE: preset: must be page or matrix',
      'OJS_POLICY_FILE: rols: is not known here: did you mean roles?',
      'OJS_IDENTITY_FILE: introspection.0.secret: OJS_SECRET_NO is not set',
    ]);
  });
});

describe('production', () => {
  const OJS_REDIS_URL = 'unix:///tmp/redis.sock';
  const always = ['OJS_TLS_CERT_FILE', 'OJS_TLS_KEY_FILE', 'OJS_SECRET_SERVER_KEY'];
  const refused = (env: Record<string, string>, execArgv: string[] = []) =>
    named({ OJS_REDIS_URL, ...env }, execArgv).filter((name) => !always.includes(name));

  it('refuses a plain listener', () => expect(refused({ OJS_PLAIN_PORT: '8080' })).toEqual(['OJS_PLAIN_PORT']));
  it('refuses test directives', () =>
    expect(refused({ OJS_DEV_TEST_DIRECTIVES: '1' })).toEqual(['OJS_DEV_TEST_DIRECTIVES']));
  it('refuses certificate checks that are switched off', () =>
    expect(refused({ NODE_TLS_REJECT_UNAUTHORIZED: '0' })).toEqual(['NODE_TLS_REJECT_UNAUTHORIZED']));
  it('refuses the inspector', () => {
    expect(refused({ NODE_OPTIONS: '--inspect=0.0.0.0' })).toEqual(['NODE_OPTIONS']);
    expect(refused({}, ['--inspect-brk'])).toEqual(['NODE_OPTIONS']);
  });
  it('refuses what prints or writes secrets, and what weakens TLS for the whole process', () => {
    for (const option of ['--tls-keylog=/tmp/keys', '--heapsnapshot-signal=SIGUSR2', '--heap-prof']) {
      expect(refused({ NODE_OPTIONS: `--no-warnings ${option}` }), option).toEqual(['NODE_OPTIONS']);
    }
    expect(refused({}, ['--tls-min-v1.0'])).toEqual(['NODE_OPTIONS']);
    expect(refused({}, ['--tls-min-v1.2', '--max-old-space-size=512'])).toEqual([]);
    for (const DEBUG of ['*', 'ioredis:*', 'app,ioredis:redis']) expect(refused({ DEBUG }), DEBUG).toEqual(['DEBUG']);
    expect(refused({ DEBUG: 'app:*', NODE_DEBUG: 'http' })).toEqual(['NODE_DEBUG']);
  });
  it('knows http in every case of its letters', () => {
    const vault = { OJS_SECRET_VAULT_TOKEN: 'k3y', OJS_SECRET_X_REF: 'vault:secret/a#b' };
    expect(refused({ OJS_TRACING_ENDPOINT: 'HTTP://collector.example:4318' })).toEqual(['OJS_TRACING_ENDPOINT']);
    expect(refused({ OTEL_EXPORTER_OTLP_ENDPOINT: 'Http://collector.example' })).toEqual(['OJS_TRACING_ENDPOINT']);
    expect(refused({ ...vault, OJS_VAULT_URL: 'HTTP://vault.example' })).toEqual(['OJS_VAULT_URL']);
    const aws = { OJS_SECRET_X_REF: 'aws:a#b', AWS_ENDPOINT_URL: 'HTTP://aws.example' };
    expect(refused(aws)).toEqual(['AWS_ENDPOINT_URL']);
  });
  it('refuses a Redis beyond this machine without TLS or password', () => {
    expect(refused({ OJS_TRACING_ENDPOINT: 'http://collector.example:4318/v1/traces' })).toEqual([
      'OJS_TRACING_ENDPOINT',
    ]);
    expect(refused({ OJS_TRACING_ENDPOINT: 'http://127.0.0.1:4318/v1/traces' })).toEqual([]);
    expect(refused({ OJS_REDIS_URL: 'redis://10.0.0.1:6379' })).toEqual(['OJS_REDIS_URL', 'OJS_SECRET_REDIS_PASSWORD']);
    expect(refused({ OJS_REDIS_URL: 'rediss://redis.example:6379' })).toEqual(['OJS_SECRET_REDIS_PASSWORD']);
    expect(refused({ OJS_REDIS_URL: 'rediss://redis.example', OJS_SECRET_REDIS_PASSWORD: 'vT9-drawn' })).toEqual([]);
    expect(refused({ OJS_REDIS_URL: 'redis://127.0.0.1:6379' })).toEqual([]);
    expect(
      refused({ OJS_REDIS_URL: 'redis://127.0.0.1.evil.example:6379', OJS_SECRET_REDIS_PASSWORD: 'vT9-drawn' }),
    ).toEqual(['OJS_REDIS_URL']);
  });
  it('serves plain http to trusted proxies that end TLS, and to nobody else', () => {
    const behind = {
      ...{ OJS_REDIS_URL, OJS_PROXY_TERMINATES_TLS: '1' },
      OJS_SECRET_SERVER_KEY: randomBytes(32).toString('hex'),
    };
    expect(named({ ...behind, OJS_PROXY_TRUSTED: '10.0.0.0/8, 2001:db8::1' })).toEqual([]);
    expect(named(behind)).toEqual(['OJS_PROXY_TRUSTED']);
    for (const everybody of ['0.0.0.0/0', '::/0', '10.0.0.1, 0.0.0.0/0', 'proxy.example', '10.1/16', '']) {
      expect(named({ ...behind, OJS_PROXY_TRUSTED: everybody }), everybody).toContain('OJS_PROXY_TRUSTED');
    }
    const both = {
      ...behind,
      OJS_PROXY_TRUSTED: '10.0.0.1',
      OJS_TLS_CERT_FILE: '/nowhere',
      OJS_TLS_KEY_FILE: '/nowhere',
    };
    expect(named(both)).toContain('OJS_PROXY_TERMINATES_TLS');
  });
  it('refuses a password inside the address of Redis', () =>
    expect(refused({ OJS_REDIS_URL: 'redis://:hunter2@127.0.0.1:6379' })).toEqual(['OJS_REDIS_URL']));
});

describe('secrets', () => {
  it('cannot be printed in any way', () => {
    const config = load({ ...development, OJS_SECRET_REDIS_PASSWORD: 'hunter2' });
    const secret = config.secrets.get('REDIS_PASSWORD');
    const shown = [
      `${secret}`,
      String(secret),
      JSON.stringify({ secret }),
      inspect(config, { depth: 9, showHidden: true }),
      JSON.stringify(Object.entries(secret ?? {})),
      JSON.stringify(redacted(config)),
      JSON.stringify(redacted(load({ ...development, OJS_REDIS_URL: 'redis://:hunter2@127.0.0.1' }))),
    ];
    expect(shown.join()).not.toContain('hunter2');
    expect(redacted(config).secrets).toEqual({ REDIS_PASSWORD: '[secret]' });
  });
});

import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Authority, createAuthority } from '@ojs/dev';
import { afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { loadConfig } from '../src/config/config.ts';
import { type OpenSecrets, openSecrets, type SecretsListener } from '../src/secrets/open.ts';
import { startHarness } from './http-harness.ts';
import { startVault, type VaultStandIn } from './vault-stand-in.ts';

const development = { OJS_ENV: 'development', OJS_PLAIN_PORT: '0', OJS_REDIS_URL: 'unix:///tmp/redis.sock' };

let authority: Authority;
let directory: string;
let opened: OpenSecrets[];
/** What was told. */
let told: string[];

beforeAll(async () => {
  authority = await createAuthority();
});
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ojs-secrets-'));
  opened = [];
  told = [];
});
afterEach(async () => {
  for (const each of opened) each.close();
  await rm(directory, { recursive: true });
});

const listener: SecretsListener = {
  reloaded: (name) => told.push(`reloaded ${name}`),
  rejected: (name, reason) => told.push(`rejected ${name}: ${reason}`),
  isOpen: (variable) => told.push(`open ${variable}`),
  refreshed: (provider, isAnswered) => isAnswered || told.push(`${provider} away`),
};

async function open(env: Record<string, string>) {
  const config = loadConfig({ env: { ...development, ...env }, execArgv: [] });
  const secrets = await openSecrets(config);
  opened.push(secrets);
  secrets.follow(listener);
  const value = (name: string): string | undefined => config.secrets.get(name)?.reveal();
  return { config, value, look: secrets.look };
}

describe('the file of a secret', () => {
  it('is followed: written over, replaced, and behind a link that is swapped as Kubernetes does', async () => {
    const path = join(directory, 'written');
    await writeFile(path, 'w-1\n', { mode: 0o600 });
    for (const version of ['1', '2']) {
      await mkdir(join(directory, version));
      await writeFile(join(directory, version, 'mounted'), `m-${version}`, { mode: 0o600 });
    }
    await symlink('1', join(directory, '..data'));
    await symlink(join('..data', 'mounted'), join(directory, 'mounted'));
    const { value, config } = await open({ OJS_SECRET_W_FILE: path, OJS_SECRET_M_FILE: join(directory, 'mounted') });
    const becomes = (name: string, text: string) =>
      vi.waitFor(() => expect(value(name)).toBe(text), { timeout: 20_000, interval: 5 });
    expect([value('W'), value('M')]).toEqual(['w-1', 'm-1']);
    await writeFile(path, 'w-2\n');
    await becomes('W', 'w-2');
    await writeFile(`${path}.new`, 'w-3', { mode: 0o600 });
    await rename(`${path}.new`, path);
    await becomes('W', 'w-3');
    await symlink('2', join(directory, '..new'));
    await rename(join(directory, '..new'), join(directory, '..data'));
    await becomes('M', 'm-2');
    expect(config.secrets.previous('M')?.reveal()).toBe('m-1');
    expect(told).toEqual(['reloaded W', 'reloaded W', 'reloaded M']);
  });

  it('that becomes unusable leaves the value from before in force, and is told once', async () => {
    const path = join(directory, 'a');
    await writeFile(path, 'one', { mode: 0o600 });
    const { value, look } = await open({ OJS_SECRET_A_FILE: path });
    await look();
    await writeFile(path, '');
    await look();
    await writeFile(path, '\n');
    await look();
    await rm(path);
    await look();
    await look();
    expect(told).toEqual([
      expect.stringMatching(/^rejected A: .* is empty/),
      expect.stringMatching(/^rejected A: .* cannot be read \(ENOENT\)/),
    ]);
    expect(value('A')).toBe('one');
    await writeFile(path, 'two', { mode: 0o600 });
    await look();
    expect([value('A'), told.at(-1)]).toEqual(['two', 'reloaded A']);
  });

  it('that every user can read is told of at the start', async () => {
    const path = join(directory, 'a');
    await writeFile(path, 'one', { mode: 0o644 });
    const { look } = await open({ OJS_SECRET_A_FILE: path });
    await look();
    await look();
    expect(told).toEqual(['open OJS_SECRET_A_FILE']);
  });

  it('with a new server key waits for a restart: nothing may be sealed that other servers cannot open', async () => {
    const path = join(directory, 'key');
    const key = randomBytes(32).toString('hex');
    await writeFile(path, key, { mode: 0o600 });
    const { value, look } = await open({ OJS_SECRET_SERVER_KEY_FILE: path });
    await writeFile(path, randomBytes(32).toString('hex'));
    await look();
    expect([value('SERVER_KEY'), told]).toEqual([key, [expect.stringMatching(/at the start only.*_PREVIOUS/)]]);
  });
});

describe('a running server', () => {
  it('tells log and audit log what becomes of a secret, by its name', async () => {
    const path = join(directory, 'a');
    await writeFile(path, 'canary-one', { mode: 0o644 });
    const settings = { OJS_LOG_LEVEL: 'info', OJS_SECRET_PARTNER_FILE: path };
    const ojs = await startHarness(settings, { asChild: true });
    onTestFinished(() => ojs.stop());
    const events = async () => (await ojs.audit()).filter(({ event_type }) => event_type.startsWith('secret.'));
    await expect.poll(() => ojs.child?.output()).toMatch(/"WARN".*"credential":"OJS_SECRET_PARTNER_FILE"/);
    await writeFile(`${path}.new`, 'canary-two');
    await rename(`${path}.new`, path);
    await expect.poll(events, { timeout: 20_000 }).toHaveLength(1);
    await rm(path);
    await expect.poll(events, { timeout: 20_000 }).toHaveLength(2);
    expect(await events()).toMatchObject([
      { event_type: 'secret.reloaded', principal: 'local:server', outcome: 'success', detail: { name: 'PARTNER' } },
      {
        event_type: 'secret.rejected',
        outcome: 'failure',
        detail: { name: 'PARTNER', reason: expect.stringContaining('ENOENT') },
      },
    ]);
    expect(`${ojs.child?.output()}${JSON.stringify(await ojs.audit())}`).not.toContain('canary');
  });
});

describe('references to a secrets manager', () => {
  let vault: VaultStandIn;
  let env: Record<string, string>;
  beforeEach(async () => {
    vault = await startVault(authority);
    vault.records.set('kv/ojs/redis', { password: 'p-1' });
    const caFile = join(directory, 'ca.pem');
    await writeFile(caFile, authority.cert);
    env = {
      OJS_VAULT_URL: vault.url,
      OJS_VAULT_CA_FILE: caFile,
      OJS_VAULT_APP_ROLE_ROLE_ID: vault.appRole.roleId,
      OJS_SECRET_VAULT_SECRET_ID: vault.appRole.secretId,
      OJS_SECRET_REDIS_PASSWORD_REF: 'vault:kv/ojs/redis#password',
    };
  });
  afterEach(() => vault.close());

  it('are followed to their value, and to the next one, with the one before good for the grace period', async () => {
    const { config, value, look } = await open(env);
    expect(value('REDIS_PASSWORD')).toBe('p-1');
    vault.records.set('kv/ojs/redis', { password: 'p-2' });
    await look();
    expect([value('REDIS_PASSWORD'), config.secrets.previous('REDIS_PASSWORD')?.reveal()]).toEqual(['p-2', 'p-1']);
    expect(told).toEqual(['reloaded REDIS_PASSWORD']);
  });

  it('that lead nowhere keep it from starting, all told at once by name', async () => {
    vault.records.set('kv/key', { value: 'no server key' });
    const more = {
      OJS_SECRET_A_REF: 'vault:kv/nowhere#a',
      OJS_SECRET_B_REF: 'vault:kv/ojs/redis#b',
      OJS_SECRET_SERVER_KEY_REF: 'vault:kv/key#value',
    };
    const failed = await open({ ...env, ...more }).catch((error: Error) => error);
    expect(failed).toMatchObject({
      mistakes: [
        { name: 'OJS_SECRET_A_REF', problem: expect.stringContaining('404') },
        { name: 'OJS_SECRET_B_REF', problem: expect.stringContaining('field b') },
        { name: 'OJS_SECRET_SERVER_KEY_REF', problem: expect.stringContaining('32 random bytes') },
      ],
    });
    expect(String(failed)).not.toMatch(/p-1|no server key/);
  });

  it('keep their last value while the manager is away, sealed, denies us, or has deleted it', async () => {
    const { value, look } = await open(env);
    vault.isSealed = true;
    await look();
    vault.isSealed = false;
    vault.records.set('kv/ojs/redis', undefined);
    await look();
    vault.appRole.secretId = 'another';
    vault.tokens.clear();
    await look();
    vault.close();
    await look();
    await look();
    expect(value('REDIS_PASSWORD')).toBe('p-1');
    expect(told).toEqual([
      expect.stringMatching(/rejected .*sealed/),
      'vault away',
      expect.stringMatching(/rejected .*404/),
      expect.stringMatching(/rejected .*400/),
      expect.stringMatching(/rejected .*does not answer/),
      ...['vault away', 'vault away'],
    ]);
  });
});

import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Authority, createAuthority } from '@ojs/dev';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../src/config/secret.ts';
import type { VaultReference } from '../src/secrets/reference.ts';
import type { VaultLogin } from '../src/secrets/vault/login.ts';
import { createVaultProvider } from '../src/secrets/vault/provider.ts';
import { startVault, type VaultStandIn } from './vault-stand-in.ts';

const directory = mkdtempSync(join(tmpdir(), 'ojs-vault-'));
let authority: Authority;
let caFile: string;
let vault: VaultStandIn;
/** Milliseconds. */
let clock: number;

beforeAll(async () => {
  authority = await createAuthority();
  caFile = join(directory, 'ca.pem');
  writeFileSync(caFile, authority.cert);
});
beforeEach(async () => {
  vault = await startVault(authority);
  vault.records.set('kv/ojs/redis', { password: 'p-1', user: 'ojs', number: 5 });
  vault.records.set('kv/ojs/other', { key: 'k-1' });
  clock = 0;
});
afterEach(() => vault.close());

const at = (path: string, field: string): VaultReference => ({ scheme: 'vault', mount: 'kv', path, field });
const password = at('ojs/redis', 'password');
const appRole = (): VaultLogin => ({
  method: 'approle',
  mount: 'approle',
  roleId: vault.appRole.roleId,
  secretId: () => new Secret('secret-id-of-ojs'),
});
const withToken = (token: () => string): VaultLogin => ({ method: 'token', token: () => new Secret(token()) });
const open = (login = appRole(), more: object = {}) =>
  createVaultProvider({ url: vault.url, caFile, ...more }, login, () => clock);
const paths = () => vault.heard.splice(0).map(({ path }) => path);

describe('secrets in Vault', () => {
  it('are fields of what is kept in a place, each place asked for once', async () => {
    const provider = open();
    const references = [password, at('ojs/redis', 'user'), at('ojs/other', 'key')];
    const { outcomes, isAway } = await provider.read(references);
    expect([outcomes, isAway]).toEqual([[{ value: 'p-1' }, { value: 'ojs' }, { value: 'k-1' }], false]);
    expect(paths().sort()).toEqual(['auth/approle/login', 'kv/data/ojs/other', 'kv/data/ojs/redis']);
    vault.records.set('kv/ojs/redis', { password: 'p-2' });
    expect((await provider.read([password])).outcomes).toEqual([{ value: 'p-2' }]);
    expect(paths()).toEqual(['kv/data/ojs/redis']);
  });

  it('that are missing, deleted, no text, empty or too long are told by their place, without what is there', async () => {
    vault.records.set('kv/gone', undefined);
    vault.records.set('kv/odd', { empty: '', long: 'x'.repeat(65_537), password: 'hunter2' });
    const references = [
      ...[at('nowhere', 'a'), at('gone', 'a'), at('ojs/redis', 'number'), at('odd', 'toString')],
      ...[at('odd', 'empty'), at('odd', 'long')],
    ];
    const { outcomes } = await open().read(references);
    const problems = outcomes.map((outcome) => ('problem' in outcome ? outcome.problem : 'none'));
    expect(problems).toEqual([
      expect.stringMatching(/kv\/nowhere: there is nothing \(404\)/),
      expect.stringMatching(/kv\/gone: there is nothing \(404\)/),
      expect.stringMatching(/no text in a field number/),
      expect.stringMatching(/no text in a field toString/),
      'is empty',
      'is longer than 64 KiB',
    ]);
    expect(problems.join()).not.toContain('hunter2');
  });

  it('are asked for in the namespace that is set', async () => {
    await open(appRole(), { namespace: 'team/a' }).read([password]);
    expect(vault.heard.map(({ namespace }) => namespace)).toEqual(['team/a', 'team/a']);
  });

  it('are told from Vault being away: sealed, another certificate, nobody there', async () => {
    vault.isSealed = true;
    expect(await open().read([password])).toMatchObject({
      isAway: true,
      outcomes: [{ problem: expect.stringMatching(/sealed/) }],
    });
    vault.isSealed = false;
    const stranger = open(appRole(), { caFile: undefined });
    expect(await stranger.read([password])).toMatchObject({
      isAway: true,
      outcomes: [{ problem: expect.stringMatching(/tls_failed/) }],
    });
    const nobody = open(appRole(), { url: 'https://127.0.0.1:1' });
    expect(await nobody.read([password])).toMatchObject({
      isAway: true,
      outcomes: [{ problem: expect.stringMatching(/ECONNREFUSED/) }],
    });
    expect(await open().read([at('nowhere', 'a')])).toMatchObject({ isAway: false });
  });

  it('are not sent for when an answer is longer than a secret can be', async () => {
    vault.records.set('kv/huge', { a: 'x'.repeat(300_000) });
    expect(await open().read([at('huge', 'a')])).toMatchObject({
      outcomes: [{ problem: expect.stringMatching(/answer_too_large/) }],
    });
  });
});

describe('the login', () => {
  it('by a service account of Kubernetes reads the projected token anew each time', async () => {
    const tokenFile = join(directory, 'token');
    writeFileSync(tokenFile, `${vault.kubernetes.jwt}\n`);
    const provider = open({ method: 'kubernetes', mount: 'kubernetes', role: 'ojs', tokenFile });
    expect((await provider.read([password])).outcomes).toEqual([{ value: 'p-1' }]);
    vault.tokens.clear();
    vault.kubernetes.jwt = 'header.newer.signature';
    writeFileSync(tokenFile, vault.kubernetes.jwt);
    expect((await provider.read([password])).outcomes).toEqual([{ value: 'p-1' }]);
  });

  it('that is wrong is told, and the secret id is not', async () => {
    vault.appRole.secretId = 'another';
    const [outcome] = (await open().read([password])).outcomes;
    expect(outcome).toEqual({ problem: 'kv/ojs/redis: Vault refuses the request (400)' });
  });

  it('by a token uses the new one as soon as it is given', async () => {
    let token = 'hvs.one';
    vault.tokens.set('hvs.one', { ttl: 0, renewable: false }).set('hvs.two', { ttl: 0, renewable: false });
    const provider = open(withToken(() => token));
    expect((await provider.read([password])).outcomes).toEqual([{ value: 'p-1' }]);
    vault.tokens.delete('hvs.one');
    expect(await provider.read([password])).toMatchObject({
      isAway: false,
      outcomes: [{ problem: expect.stringMatching(/denies it \(403\)/) }],
    });
    token = 'hvs.two';
    expect((await provider.read([password])).outcomes).toEqual([{ value: 'p-1' }]);
    vault.tokens.set('hvs.three', { ttl: 0, renewable: false });
    token = 'hvs.three';
    await provider.read([password]);
    expect(vault.heard.at(-1)).toMatchObject({ path: 'kv/data/ojs/redis', token: 'hvs.three' });
  });

  it('is renewed at half its life, and made anew when Vault has forgotten it or it is over', async () => {
    vault.grant = { ttl: 100, renewable: true };
    const provider = open();
    await provider.read([password]);
    expect([provider.dueInMs(), paths()]).toEqual([50_000, ['auth/approle/login', 'kv/data/ojs/redis']]);
    clock = 49_000;
    await provider.read([password]);
    expect(paths()).toEqual(['kv/data/ojs/redis']);
    clock = 51_000;
    await provider.read([password, at('ojs/other', 'key')]);
    expect(paths()).toEqual(['auth/token/renew-self', expect.any(String), expect.any(String)]);
    vault.tokens.clear();
    await provider.read([password]);
    expect(paths()).toEqual(['kv/data/ojs/redis', 'auth/approle/login', 'kv/data/ojs/redis']);
    clock = 400_000;
    await provider.read([password]);
    expect(paths()).toEqual(['auth/approle/login', 'kv/data/ojs/redis']);
  });

  it('that fails for a while leaves the token that is still alive in use', async () => {
    vault.grant = { ttl: 100, renewable: false };
    const provider = open();
    await provider.read([password]);
    vault.appRole.secretId = 'expired meanwhile';
    clock = 60_000;
    expect((await provider.read([password])).outcomes).toEqual([{ value: 'p-1' }]);
    clock = 101_000;
    expect((await provider.read([password])).outcomes).toEqual([{ problem: expect.stringContaining('400') }]);
  });
});

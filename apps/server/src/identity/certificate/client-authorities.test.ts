import { X509Certificate } from 'node:crypto';
import { mkdtemp, rm, truncate, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Authority, type CrlOptions, createAuthority, writePrivateFile } from '@ojs/dev';
import { afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { chainOf } from '../../../test/certificate-fixtures.ts';
import { ClientAuthorities } from './client-authorities.ts';
import { Certificates } from './settings.ts';

const HOUR_MS = 3_600_000;

let root: Authority;
let chain: Buffer[];
let serial: string;

let directory: string;
let caFile: string;
let crlFile: string;
let now: number;
let told: string[];
let settings: Certificates;
let authorities: ClientAuthorities;

beforeAll(async () => {
  root = await createAuthority();
  const issued = await root.issue({ names: ['w1'], usage: 'client' });
  chain = chainOf(issued.cert);
  serial = issued.serialNumber;
});

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ojs-crl-'));
  caFile = join(directory, 'ca.pem');
  crlFile = join(directory, 'list.crl');
  now = Date.now();
  told = [];
  await writeFile(caFile, root.cert);
});
afterEach(async () => {
  authorities.close();
  await rm(directory, { recursive: true });
});

async function start(crl: 'required' | 'optional' = 'required'): Promise<void> {
  settings = Certificates.parse({ authorities: [{ id: 'mesh', caFile, crlFile, crl, tenant: '_default' }] });
  authorities = new ClientAuthorities({
    settings: () => settings,
    now: () => now,
    listener: {
      rejected: (kind, { id }, reason) => told.push(`${kind} of ${id} rejected: ${reason}`),
      reloaded: (kind, { id }) => told.push(`${kind} of ${id} reloaded`),
      expired: ({ id }) => told.push(`crl of ${id} expired`),
    },
  });
  await authorities.start();
}

/** Looks twice: what is wrong is told when it has stayed so for a moment. */
async function look(): Promise<void> {
  await authorities.look();
  now += 500;
  await authorities.look();
}

const publish = async (options: CrlOptions = {}, of = root): Promise<void> =>
  writePrivateFile(crlFile, await of.crl({ nextUpdate: new Date(now + HOUR_MS), ...options }));

const said = (): string => {
  const verdict = authorities.judge(chain);
  return 'refused' in verdict ? verdict.refused : 'good';
};

describe('a revocation list that cannot be used leaves the last good one in force until that one ends, and is told once', () => {
  let revoking: Authority;
  beforeAll(async () => {
    revoking = await createAuthority({ name: 'Others' });
  });

  test.each<[string, string, () => Promise<void>]>([
    ['missing', 'cannot be read (ENOENT)', () => unlink(crlFile)],
    ['empty', 'holds no revocation list', () => truncate(crlFile, 0)],
    ['cut in the middle', 'ends too early', () => truncate(crlFile, 200)],
    ['of 50 MB', 'cannot be read (too_large)', () => truncate(crlFile, 50 * 1024 * 1024)],
    [
      'of another authority',
      'was made by an authority that is not in the CA file, or may not sign lists',
      () => publish({}, revoking),
    ],
    [
      'with the name of this one, signed by another',
      'is not signed by the authority that it names',
      async () => publish({}, await createAuthority()),
    ],
    ['that has expired', 'has expired', () => publish({ nextUpdate: new Date(now - 1_000) })],
    ['from before', 'is older than the one in force', () => publish({ thisUpdate: new Date(now - HOUR_MS) })],
    [
      'of changes only',
      'covers a part only (delta, indirect or distribution point): publish one full list',
      () => publish({ extensions: [{ oid: '2.5.29.27', critical: true, value: new Uint8Array([2, 1, 1]) }] }),
    ],
  ])('%s', async (_, reason, spoil) => {
    await publish();
    await start();
    const { generation } = authorities;
    expect(told).toEqual(['crl of mesh reloaded']);
    await spoil();
    await look();
    await look();
    expect(told.slice(1)).toEqual([`crl of mesh rejected: ${reason}`]);
    expect(said()).toBe('good');
    expect(authorities.generation).toBe(generation);
    now += HOUR_MS;
    expect(said()).toBe('crl_expired');
    await look();
    expect(told).toContain('crl of mesh expired');
    await publish();
    await look();
    expect(said()).toBe('good');
    expect(told.at(-1)).toBe('crl of mesh reloaded');
  });
});

test('without a list from the start everybody is refused, or with crl: optional nobody is', async () => {
  await start();
  await look();
  expect(said()).toBe('crl_missing');
  expect(told).toEqual(['crl of mesh rejected: cannot be read (ENOENT)']);
  authorities.close();
  await start('optional');
  expect(said()).toBe('good');
});

test('a list that has expired at the start still says who is revoked, and is told', async () => {
  const authority = await createAuthority();
  const issued = await authority.issue({ names: ['x'], usage: 'client' });
  const good = await authority.issue({ names: ['y'], usage: 'client' });
  authority.revoke(issued.serialNumber);
  await writeFile(caFile, authority.cert);
  await publish({ nextUpdate: new Date(now - 1_000) }, authority);
  await start('optional');
  expect(authorities.judge(chainOf(issued.cert))).toMatchObject({ refused: 'revoked' });
  expect(authorities.judge(chainOf(good.cert))).toHaveProperty('certificate');
  expect(told).toEqual(['crl of mesh reloaded', 'crl of mesh expired']);
});

test('a revocation raises the generation, refuses the certificate and ends what was issued for it', async () => {
  const authority = await createAuthority();
  const issued = await authority.issue({ names: ['x'], usage: 'client' });
  const credential = `mesh:${issued.serialNumber.toUpperCase()}`;
  await writeFile(caFile, authority.cert);
  await publish({}, authority);
  await start();
  const { generation } = authorities;
  expect(authorities.judge(chainOf(issued.cert))).toHaveProperty('certificate');
  expect(authorities.judge(chainOf(issued.cert))).toBe(authorities.judge(chainOf(issued.cert)));
  expect(authorities.stillVouches(credential)).toBe(true);
  authority.revoke(issued.serialNumber);
  await publish({}, authority);
  await look();
  expect(authorities.generation).toBe(generation + 1);
  expect(authorities.judge(chainOf(issued.cert))).toMatchObject({ refused: 'revoked', authority: 'mesh' });
  expect(authorities.stillVouches(credential)).toBe(false);
});

test('what was left to be done later goes on after a renewal, and not after a theft', async () => {
  const authority = await createAuthority();
  await writeFile(caFile, authority.cert);
  authority.revoke('11aa');
  authority.revoke('22aa', 'keyCompromise');
  authority.revoke('33aa', 'affiliationChanged');
  authority.revoke('44aa', 'superseded');
  authority.revoke('55aa', 'cessationOfOperation');
  await publish({}, authority);
  await start();
  const goesOn = ['0BAA', '11AA', '22AA', '33AA', '44AA', '55AA'].filter((each) =>
    authorities.believes('certificate:mesh', `mesh:${each}`),
  );
  expect(goesOn).toEqual(['0BAA', '44AA', '55AA']);
  expect(authorities.stillVouches('mesh:44AA')).toBe(false);
  expect(authorities.believes('certificate:other', 'mesh:44AA')).toBe(false);
});

test('a new revocation list makes no signature of a certificate be verified again', async () => {
  await publish();
  await start();
  expect(said()).toBe('good');
  const verify = vi.spyOn(X509Certificate.prototype, 'verify');
  onTestFinished(() => verify.mockRestore());
  const { generation } = authorities;
  await publish();
  await look();
  expect(authorities.generation).toBeGreaterThan(generation);
  expect(said()).toBe('good');
  expect(verify).not.toHaveBeenCalled();
});

test('a CA file that cannot be used leaves the old one, and another CA ends what the old one issued', async () => {
  await publish();
  await start();
  await writeFile(caFile, 'nothing');
  await look();
  expect(said()).toBe('good');
  expect(told.at(-1)).toBe('ca of mesh rejected: holds no certificate in PEM');
  const other = await createAuthority({ name: 'Other' });
  await writeFile(caFile, other.cert);
  await look();
  expect(said()).toBe('unknown_authority');
  expect(told).toContain('ca of mesh reloaded');
  expect(authorities.ca).toEqual([other.cert]);
});

test('an authority that is taken out of the settings is not believed any more', async () => {
  await publish();
  await start();
  expect(authorities.believes('certificate:mesh')).toBe(true);
  settings = Certificates.parse({});
  await look();
  expect(said()).toBe('unknown_authority');
  expect(authorities.believes('certificate:mesh')).toBe(false);
  expect(authorities.stillVouches(`mesh:${serial.toUpperCase()}`)).toBe(false);
  expect(authorities.isEmpty).toBe(true);
});

test('a list in DER is read too', async () => {
  await writeFile(crlFile, chainOf((await root.crl()).replaceAll('X509 CRL', 'CERTIFICATE'))[0] ?? '');
  await start();
  expect(said()).toBe('good');
});

import { createPrivateKey, sign } from 'node:crypto';
import { type Authority, createAuthority } from '@ojs/dev';
import { beforeAll, expect, test } from 'vitest';
import { certificatesOf } from '../../../test/certificate-fixtures.ts';
import { readCertificate } from './certificate.ts';
import { Malformed } from './der.ts';
import { derOf } from './pem.ts';
import { readLists } from './read-lists.ts';
import { readRevocationList } from './revocation-list.ts';

let authority: Authority;
beforeAll(async () => {
  authority = await createAuthority();
});

const derFrom = async (options?: Parameters<Authority['crl']>[0], of = authority): Promise<Buffer> =>
  derOf(await of.crl(options), 'X509 CRL')[0] ?? Buffer.alloc(0);
const read = (der: Buffer, of: Authority[] = [authority], now = Date.now()) =>
  readRevocationList(der, certificatesOf(of.map(({ cert }) => cert).join('\n')), now);

test('a list says what was revoked and how long it may be believed', async () => {
  const list = await createAuthority();
  const serials = Array.from({ length: 2_000 }, (_, at) => `7f${at.toString(16).padStart(30, '0')}`);
  for (const serial of serials) list.revoke(serial);
  const thisUpdate = new Date('2026-01-02T03:04:05Z');
  const nextUpdate = new Date('2051-01-02T03:04:05Z');
  const { revoked, ...times } = await read(await derFrom({ thisUpdate, nextUpdate }, list), [list]);
  expect(times).toMatchObject({ thisUpdate: thisUpdate.getTime(), nextUpdate: nextUpdate.getTime() });
  expect([...revoked]).toEqual(serials.map((serial) => serial.toUpperCase()));
});

const raw = (oid: string, critical: boolean) => [{ oid, critical, value: new Uint8Array([0x30, 0]) }];

test.each<[string, () => Promise<Buffer>, string]>([
  ['of another authority', async () => derFrom({}, await createAuthority({ name: 'X' })), 'not in the CA file'],
  [
    'signed by another of the same name',
    async () => derFrom({}, await createAuthority()),
    'is not signed by the authority',
  ],
  ['from the future', () => derFrom({ thisUpdate: new Date(Date.now() + 3_600_000) }), 'is not valid yet'],
  ['that covers a part only', () => derFrom({ extensions: raw('2.5.29.28', true) }), 'covers a part only'],
  ['of changes only', () => derFrom({ extensions: raw('2.5.29.27', true) }), 'covers a part only'],
  [
    'that covers a part and leaves it open',
    () => derFrom({ extensions: raw('2.5.29.28', false) }),
    'covers a part only',
  ],
  ['of changes that leaves it open', () => derFrom({ extensions: raw('2.5.29.27', false) }), 'covers a part only'],
])('a list %s is refused', async (_, make, reason) => {
  await expect(read(await make())).rejects.toThrow(reason);
});

test('an extension that may be ignored is ignored', async () => {
  await expect(read(await derFrom({ extensions: raw('1.2.3.4', false) }))).resolves.toBeDefined();
});

/** DER, as the authorities of tests could not write so many entries. */
function element(tag: number, ...contents: (Buffer | string)[]): Buffer {
  const all = Buffer.concat(contents.map((each) => Buffer.from(each as string, 'latin1')));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(all.length);
  const short = all.length < 0x80 ? length.subarray(3) : length.subarray(length.findIndex((octet) => octet !== 0));
  const head = all.length < 0x80 ? [tag] : [tag, 0x80 | short.length];
  return Buffer.concat([Buffer.from(head), short, all]);
}

/** A list of the name with the entries, signed by the authority. */
function listOf(name: Buffer, entries: readonly Buffer[]): Buffer {
  const algorithm = element(0x30, element(0x06, Buffer.from('2a8648ce3d040302', 'hex')));
  const [from, until] = ['260101000000Z', '300101000000Z'].map((time) => element(0x17, time)) as [Buffer, Buffer];
  const signed = element(0x30, element(0x02, '\x01'), algorithm, name, from, until, element(0x30, ...entries));
  const signature = sign('sha256', signed, createPrivateKey(authority.key));
  return element(0x30, signed, algorithm, element(0x03, '\0', signature));
}

test('an authority that has had two names with one key has two lists', async () => {
  const [der = Buffer.alloc(0)] = derOf(authority.cert, 'CERTIFICATE');
  const renamed = Buffer.from(der.toString('latin1').replaceAll('development CA', 'development CB'), 'latin1');
  const both = [der, renamed].map(readCertificate);
  const [list, other] = both.map(({ subject }, at) =>
    listOf(subject, [element(0x30, element(0x02, Buffer.from([at + 1])), element(0x17, '260101000000Z'))]),
  );
  const now = Date.now();
  const first = await readLists(list ?? Buffer.alloc(0), both, new Map(), now);
  const lists = await readLists(other ?? Buffer.alloc(0), both, first, now);
  expect(both.map(({ signer }) => [...(lists.get(signer)?.revoked ?? [])])).toEqual([['01'], ['02']]);
});

test('a list of 100,000 certificates is read, and others get their turn meanwhile', async () => {
  const [certificate] = certificatesOf(authority.cert);
  const time = element(0x17, '300101000000Z');
  const entries = Array.from({ length: 100_000 }, (_, at) => {
    const serial = Buffer.alloc(16, 0x11);
    serial.writeUInt32BE(at, 12);
    return element(0x30, element(0x02, serial), time);
  });
  const list = listOf(certificate?.subject ?? Buffer.alloc(0), entries);
  let turns = 0;
  const ticking = setInterval(() => turns++, 0);
  const { revoked } = await read(list);
  clearInterval(ticking);
  expect(revoked.size).toBe(100_000);
  expect(revoked).toContain(`${'11'.repeat(12)}0001869F`);
  expect(turns).toBeGreaterThan(5);
});

test('a list is refused wherever it was cut or changed', async () => {
  const list = await createAuthority();
  list.revoke('0102');
  const der = await derFrom({}, list);
  const flipped = (at: number): Buffer =>
    Buffer.concat([der.subarray(0, at), Buffer.from([der[at]! ^ 0x01]), der.subarray(at + 1)]);
  for (let at = 0; at < der.length; at++) {
    await expect(read(der.subarray(0, at), [list])).rejects.toThrow(Malformed);
    await expect(read(flipped(at), [list])).rejects.toThrow(Malformed);
  }
});

test('only an authority that may sign lists is believed', async () => {
  const certificates = certificatesOf(authority.cert).map((each) => ({
    ...each,
    keyUsage: { digitalSignature: false, keyCertSign: true, cRLSign: false },
  }));
  await expect(readRevocationList(await derFrom(), certificates, Date.now())).rejects.toThrow('may not sign lists');
});

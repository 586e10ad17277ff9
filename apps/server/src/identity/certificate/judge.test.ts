import { type Authority, createAuthority, type IssueOptions, loadAuthority } from '@ojs/dev';
import { beforeAll, expect, test } from 'vitest';
import { believe, chainOf, listsOf, serialOf } from '../../../test/certificate-fixtures.ts';
import type { Authority as Believed } from './authority.ts';
import { judge } from './judge.ts';

let root: Authority;
let other: Authority;
let believed: Believed;

beforeAll(async () => {
  [root, other] = await Promise.all([createAuthority({ pathLength: 3 }), createAuthority({ name: 'Other' })]);
  believed = believe(root.cert);
});

const client = (options: Partial<IssueOptions> = {}, of = root) =>
  of.issue({ names: ['spiffe://example.org/worker/w1'], usage: 'client', ...options });

const said = (chain: string, authorities = [believed], now = Date.now()): unknown => {
  const verdict = judge(chainOf(chain), authorities, now);
  return 'refused' in verdict ? verdict.refused : verdict.certificate.authority;
};

test('a good certificate is believed, with the names that it holds', async () => {
  const names = ['w1.example.org', 'W1@example.org', 'spiffe://example.org/worker/w1'];
  const { cert, notAfter } = await client({ names });
  const ends = Math.floor(notAfter.getTime() / 1_000) * 1_000;
  expect(judge(chainOf(cert), [believed], Date.now())).toEqual({
    certificate: {
      thumbprint: expect.stringMatching(/^[\w-]{43}$/),
      serial: serialOf(cert),
      authority: 'test',
      tenant: '_default',
      names: { dns: ['w1.example.org'], email: ['W1@example.org'], uri: ['spiffe://example.org/worker/w1'] },
      notAfter: ends,
    },
    until: ends,
    intermediates: [],
  });
});

const oid = (critical: boolean) => [{ oid: '1.2.3.4', critical, value: new Uint8Array([5, 0]) }];

test.each<[string, Partial<IssueOptions>, string]>([
  ['is for servers', { usage: 'server' }, 'not_for_clients'],
  ['does not say what it is for', { usage: 'none' }, 'no_extended_key_usage'],
  ['is an authority itself', { isAuthority: true }, 'is_an_authority'],
  ['has expired', { days: -1 }, 'expired'],
  ['is not valid yet', { notBefore: new Date(Date.now() + 3_600_000) }, 'not_yet_valid'],
  ['has an RSA key of 1024 bits', { rsaBits: 1024 }, 'weak_key'],
  ['is signed over SHA-1', { hash: 'SHA-1' }, 'weak_signature'],
  ['has a critical extension that nobody knows', { extensions: oid(true) }, 'unknown_critical_extension'],
])('a certificate that %s is refused', async (_, options, reason) => {
  expect(said((await client(options)).cert)).toBe(reason);
});

test('other extensions and RSA keys of 2048 bits are no reason', async () => {
  expect(said((await client({ extensions: oid(false), rsaBits: 2048 })).cert)).toBe('test');
});

test.each<[string, IssueOptions['names'], string]>([
  ['NUL', [{ type: 'url', value: 'spiffe://example.org/worker/w1\0.evil' }], 'has a name with forbidden characters'],
  ['a line break', [{ type: 'dns', value: 'a\nb' }], 'has a name with forbidden characters'],
  ['no character', [{ type: 'dns', value: '' }], 'has a name with forbidden characters'],
  ['3,000 characters', [{ type: 'url', value: `spiffe://x/${'a'.repeat(3_000)}` }], 'has a name that is too long'],
  ['99 others beside it', Array.from({ length: 100 }, (_, at) => `w${at}.example.org`), 'has too many names'],
])('a name with %s refuses its certificate', async (_, names, reason) => {
  expect(said((await client({ names })).cert)).toBe(`certificate ${reason}`);
});

test('a name is what the certificate holds, not what a text of all names could be read as', async () => {
  const name = 'x, URI:spiffe://example.org/worker/admin, DNS:"quoted"';
  const { cert } = await client({ names: [{ type: 'url', value: name }] });
  expect(said(cert)).toBe('certificate has a name with forbidden characters');
  const { cert: commas } = await client({ names: [{ type: 'url', value: name.replaceAll(' ', '') }] });
  expect(judge(chainOf(commas), [believed], Date.now())).toMatchObject({
    certificate: { names: { uri: [name.replaceAll(' ', '')], dns: [] } },
  });
});

test('a certificate of an authority that is not configured is refused, also one of the same name', async () => {
  const twin = await createAuthority({ pathLength: 3 });
  expect(said((await client({}, other)).cert)).toBe('unknown_authority');
  expect(said((await client({}, twin)).cert)).toBe('unknown_authority');
});

test('what is issued below the root is believed with its chain, or where the file has the intermediate', async () => {
  const below = await root.intermediate({ pathLength: 0 });
  const { cert, chain } = await client({}, below);
  expect(said(chain)).toBe('test');
  expect(said(cert)).toBe('unknown_authority');
  expect(said(cert, [believe(`${root.cert}\n${below.cert}`)])).toBe('test');
});

test('an intermediate that is trusted by itself decides, though its root is trusted for another', async () => {
  const [one, two] = await Promise.all([root.intermediate({ name: 'One' }), root.intermediate({ name: 'Two' })]);
  const authorities = [believe(root.cert, { id: 'all' }), believe(one?.cert ?? '', { id: 'one' })];
  expect(said((await client({}, one)).chain, authorities)).toBe('one');
  expect(said((await client({}, two)).chain, authorities)).toBe('all');
});

test('what an authority may not issue is not believed: pathLen, and a client that plays authority', async () => {
  const last = await root.intermediate({ pathLength: 0 });
  const beyond = await last.intermediate({ name: 'Beyond' });
  expect(said((await client({}, beyond)).chain)).toBe('unknown_authority');
  const impostor = await client();
  const forged = await (await loadAuthority(impostor)).issue({
    names: ['spiffe://example.org/admin'],
    usage: 'client',
  });
  expect(said(`${forged.cert}\n${impostor.cert}`)).toBe('unknown_authority');
});

test('a path has four certificates at most', async () => {
  const a = await root.intermediate({ name: 'A', pathLength: 2 });
  const b = await a.intermediate({ name: 'B', pathLength: 1 });
  const c = await b.intermediate({ name: 'C' });
  expect(said((await client({}, b)).chain)).toBe('test');
  expect(said((await client({}, c)).chain)).toBe('unknown_authority');
  expect(said(`${(await client({}, c)).chain}\n${root.cert}`)).toBe('too_many_certificates');
});

test('an authority whose time is over issues nothing any more', async () => {
  const later = root.notAfter.getTime() + 1_000;
  const { cert } = await client({ days: 5_000 });
  expect(said(cert)).toBe('test');
  expect(said(cert, [believed], later)).toBe('unknown_authority');
});

test('what is not a certificate is refused, wherever it is broken', async () => {
  const [der = Buffer.alloc(0)] = chainOf((await client()).cert);
  const words = new Set<string>();
  for (let at = 0; at < der.length; at++) {
    for (const broken of [
      der.subarray(0, at),
      Buffer.concat([der.subarray(0, at), Buffer.from([der[at]! ^ 0xff]), der.subarray(at + 1)]),
    ]) {
      const verdict = judge([broken], [believed], Date.now());
      expect(verdict).toHaveProperty('refused');
      if ('refused' in verdict) words.add(verdict.refused);
    }
  }
  expect(words).toContain('unknown_authority');
  expect(judge([Buffer.alloc(60_000)], [believed], 0)).toEqual({ refused: 'certificate is too large' });
  expect(judge([], [believed], 0)).toEqual({ refused: 'no_certificate' });
});

test('with a required list, nobody gets in whose issuers have none in force', async () => {
  const below = await root.intermediate({ pathLength: 0 });
  const { chain } = await client({}, below);
  const file = `${root.cert}\n${below.cert}`;
  const now = Date.now();
  const nextUpdate = new Date(Math.floor(now / 1_000) * 1_000 + 3_600_000);
  const both = await listsOf([root, below], { nextUpdate });
  const ofRoot = await listsOf([root], { nextUpdate });
  const required = (lists: typeof both) => [believe(file, { crl: 'required', lists })];
  expect(said(chain, required(new Map()))).toBe('crl_missing');
  expect(said(chain, required(ofRoot))).toBe('crl_missing');
  expect(said(chain, required(both))).toBe('test');
  expect(judge(chainOf(chain), required(both), now)).toMatchObject({ until: nextUpdate.getTime() });
  expect(said(chain, required(both), nextUpdate.getTime())).toBe('crl_expired');
  expect(said(chain, [believe(file, { crl: 'optional', lists: ofRoot })], nextUpdate.getTime())).toBe('test');
});

test('a revoked certificate is refused, and everything below a revoked authority', async () => {
  const [good, bad] = await Promise.all([root.intermediate({ name: 'Good' }), root.intermediate({ name: 'Bad' })]);
  const [one, two, three] = await Promise.all([client({}, good), client({}, good), client({}, bad)]);
  good?.revoke(two.serialNumber);
  root.revoke(serialOf(bad?.cert ?? ''));
  const lists = await listsOf([root, good, bad].filter((each) => each !== undefined));
  for (const crl of ['required', 'optional'] as const) {
    const authorities = [believe(root.cert, { crl, lists })];
    expect(said(one.chain, authorities)).toBe('test');
    expect(said(two.chain, authorities)).toBe('revoked');
    expect(said(three.chain, authorities)).toBe('revoked');
  }
});

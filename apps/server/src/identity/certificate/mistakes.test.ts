import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority } from '@ojs/dev';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { certificateMistakes } from './mistakes.ts';
import { Certificates } from './settings.ts';
import { certificateWarnings } from './warnings.ts';

let directory: string;
let caFile: string;
let otherFile: string;

const write = async (name: string, text: string): Promise<string> => {
  const path = join(directory, name);
  await writeFile(path, text);
  return path;
};

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ojs-certificates-'));
  caFile = await write('ca.pem', (await createAuthority()).cert);
  otherFile = await write('other.pem', (await createAuthority()).cert);
});
afterAll(() => rm(directory, { recursive: true }));

const rule = (more: object = {}) => ({
  authority: 'mesh',
  san: 'uri',
  match: 'spiffe://example.org/worker/*',
  principal: 'worker/*',
  plane: 'worker',
  roles: ['worker'],
  ...more,
});

const mistakes = (rules: object[], authorities: object[] = [{ id: 'mesh', caFile, tenant: 'acme' }]) =>
  certificateMistakes(Certificates.parse({ authorities, rules }));

test('a good section has none', () => {
  const dns = { san: 'dns', match: 'shop.example.org', principal: 'shop' };
  expect(mistakes([rule(), rule(dns), rule({ match: 'spiffe://example.org/worker/a/*' })])).toEqual([]);
});

test.each<[string, object, string]>([
  ['of an unknown authority', { authority: 'none' }, 'authority: there is no authority none'],
  ["of a tenant that is not its authority's", { tenant: 'beta' }, 'tenant: the authority mesh may only speak for acme'],
  [
    'of all tenants, where its authority has one',
    { tenant: '*' },
    'tenant: the authority mesh may only speak for acme',
  ],
  ['with a * in the middle', { match: 'spiffe://a/*/b' }, 'match: a * is possible only as the last segment'],
  ['with half a segment', { match: 'spiffe://a/w*' }, 'match: a * is possible only as the last segment'],
  ['with a * in a DNS name', { san: 'dns', match: '*.example.org', principal: 'x' }, 'match: a * is possible only'],
  ['whose principal alone has a *', { match: 'spiffe://a/b' }, 'principal: has a * though match has none'],
  ['that is no URI', { match: 'example.org', principal: 'x' }, 'match: must be a URI'],
  ['with an upper case trust domain', { match: 'spiffe://Example.org/*' }, 'match: is not a SPIFFE ID'],
  ['with a space', { match: 'spiffe://a/ b', principal: 'x' }, 'match: must be visible ASCII'],
])('a rule %s is a mistake', (_, more, said) => {
  expect(mistakes([rule(more)]).join('\n')).toContain(`certificates.rules.0.${said}`);
});

test('where an authority speaks for all tenants, each rule says for which', () => {
  const all = [{ id: 'mesh', caFile, tenant: '*' }];
  expect(mistakes([rule()], all)).toEqual([expect.stringContaining('tenant: is required')]);
  expect(mistakes([rule({ tenant: 'acme' })], all)).toEqual([]);
});

test('two rules that can be about one name are a mistake', () => {
  const exact = rule({ match: 'spiffe://example.org/worker/w1', principal: 'x' });
  const dns = rule({ san: 'dns', match: 'a.example.org', principal: 'a' });
  expect(mistakes([rule(), rule()])).toEqual(['certificates.rules.1.match: rule 0 is about the same names']);
  expect(mistakes([exact, rule()])).toEqual(['certificates.rules.0.match: rule 1 is about this name too']);
  expect(mistakes([dns, { ...dns, match: 'A.example.org' }])).toHaveLength(1);
});

test('files that cannot be read, hold nothing, hold no CA, or a CA of another authority are mistakes', async () => {
  const authority = await createAuthority();
  const client = await authority.issue({ names: ['x'], usage: 'client' });
  const ofFile = (path: string) => mistakes([], [{ id: 'mesh', caFile: path, tenant: 'acme' }])[0];
  expect(ofFile(join(directory, 'none'))).toContain('authorities.0.caFile: cannot be read (ENOENT)');
  expect(ofFile(await write('empty.pem', 'hello'))).toContain('holds no certificate in PEM');
  expect(ofFile(await write('client.pem', client.cert))).toContain('holds a certificate that is no CA');
  expect(ofFile(await write('cut.pem', authority.cert.slice(0, 300)))).toContain('authorities.0.caFile: ');
  const second = [
    { id: 'one', caFile, tenant: 'acme' },
    { id: 'two', caFile, tenant: 'beta' },
  ];
  expect(mistakes([], second)).toEqual([expect.stringContaining('holds a CA of one too')]);
  expect(mistakes([], [second[0]!, { ...second[1], caFile: otherFile }])).toEqual([]);
  expect(mistakes([], [second[0]!, { ...second[0], caFile: otherFile }])).toEqual([
    expect.stringContaining('one is there twice'),
  ]);
});

test('a principal has something fixed before the *', () => {
  expect(Certificates.safeParse({ rules: [rule({ principal: '*' })] }).success).toBe(false);
  expect(Certificates.safeParse({ rules: [rule({ principal: 'a/*/*' })] }).success).toBe(false);
});

test('production warns when workers have no client certificates, or an authority no revocation list', () => {
  const section = (authority: object, rules: object[]) =>
    Certificates.parse({ authorities: [{ id: 'mesh', caFile, tenant: 'acme', ...authority }], rules });
  expect(certificateWarnings(section({ crlFile: 'x' }, [rule()]))).toEqual([]);
  expect(certificateWarnings(section({}, [rule()]))).toEqual([expect.stringContaining('mesh has no revocation list')]);
  expect(certificateWarnings(section({ crlFile: 'x' }, [rule({ plane: 'producer' })]))).toEqual([
    expect.stringContaining('workers have no client certificates'),
  ]);
});

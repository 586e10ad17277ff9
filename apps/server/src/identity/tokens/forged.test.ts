import { generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { reason, redis, useCredentialRedis } from '../../../test/credential-harness.ts';
import { accepted, ISSUER, principal, sealer, tokenServer } from '../../../test/token-harness.ts';
import { listKeys, usable } from './signing-keys.ts';

useCredentialRedis();

type Server = Awaited<ReturnType<typeof tokenServer>>;
let server: Server;
let token: string;
const closing: Server[] = [];

beforeEach(async () => {
  server = await tokenServer();
  closing.push(server);
  token = (await server.issue({ of: await principal() })).token;
  await accepted(server.ask(token));
});
afterEach(() => {
  for (const each of closing.splice(0)) each.store.close();
});

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const parts = () => token.split('.') as [string, string, string];
const claims = () => JSON.parse(Buffer.from(parts()[1], 'base64url').toString());
const header = () => JSON.parse(Buffer.from(parts()[0], 'base64url').toString());

/** A token that the server's own key signs: what an attacker could only have if the server signed for it. */
async function signed(change: object, head: object = {}): Promise<string> {
  const [first] = await listKeys(redis.client, sealer);
  const payload = { ...claims(), ...change };
  return new SignJWT(payload).setProtectedHeader({ ...header(), ...head }).sign(await usable(first!.jwk));
}

const refused = async (text: string): Promise<string | undefined> => {
  const answer = await server.ask(text);
  return answer === undefined ? 'foreign' : reason(answer);
};

describe('a forged token', () => {
  it.each(['none', 'None', 'nOnE', 'NONE', '', undefined, 'HS256', 'ES384', 'RS256'])(
    'with alg %s is refused',
    async (alg) => {
      const [, payload, signature] = parts();
      const head = part({ ...header(), alg });
      expect(await refused(`${head}.${payload}.`)).toBe('malformed_token');
      expect(await refused(`${head}.${payload}.${signature}`)).toBe('malformed_token');
    },
  );

  it('that is unsecured is refused', async () => {
    expect(await refused(new UnsecuredJWT(claims()).encode())).toBe('malformed_token');
  });

  it('signed with another key under our kid is refused', async () => {
    const { privateKey } = await generateKeyPair('ES256');
    const forged = await new SignJWT(claims()).setProtectedHeader(header()).sign(privateKey);
    expect(await refused(forged)).toBe('jws_signature_verification_failed');
  });

  it.each([
    ['a path', '../../dev/null'],
    ['a command', "'; DROP"],
    ['10 KB', 'x'.repeat(10_000)],
    ['an array', ['a']],
    ['a number', 1],
    ['__proto__', '__proto__'],
    ['constructor', 'constructor'],
    ['a glob', '*'],
    ['nothing', undefined],
  ])('whose kid is %s is refused without a look-up', async (_, kid) => {
    const { reads } = server.counts;
    const [, payload, signature] = parts();
    expect(await refused(`${part({ ...header(), kid })}.${payload}.${signature}`)).toMatch(/malformed_token|foreign/);
    expect(server.counts.reads).toBe(reads);
  });

  it('with a kid that nobody knows is refused, and many of them read the keys a few times at most', async () => {
    const { reads } = server.counts;
    const [, payload, signature] = parts();
    for (let n = 0; n < 50; n++) {
      const kid = `${n}`.padStart(43, 'A');
      expect(await refused(`${part({ ...header(), kid })}.${payload}.${signature}`)).toMatch(
        /unknown_signing_key|too_many/,
      );
    }
    expect(server.counts.reads - reads).toBeLessThan(10);
  });

  it.each([
    ['jwk', { jwk: { kty: 'EC' } }],
    ['jku', { jku: 'https://evil.example.com' }],
    ['x5u', { x5u: 'https://evil.example.com' }],
    ['x5c', { x5c: ['AAAA'] }],
    ['crit', { crit: ['x'], x: 1 }],
    ['b64', { b64: false, crit: ['b64'] }],
    ['typ JWT', { typ: 'JWT' }],
    ['typ dpop+jwt', { typ: 'dpop+jwt' }],
  ])('with the header %s is refused, whatever the signature', async (_, head) => {
    const [, payload, signature] = parts();
    expect(await refused(`${part({ ...header(), ...head })}.${payload}.${signature}`)).toBe('malformed_token');
  });

  it('with a truncated, foreign, padded or non-canonical signature, or in another serialization, is refused', async () => {
    const [head, payload, signature] = parts();
    const other = (await server.issue({ of: await principal() })).token.split('.')[2];
    for (const text of [
      `${head}.${payload}.${signature.slice(0, -1)}`,
      `${head}.${payload}.${signature}=`,
      `${head}.${payload}.${signature} `,
      `${head}.${payload}.${sameBytes(signature)}`,
      `${head}.${payload}.${signature}.${signature}.${signature}`,
      `${head}.${payload}.${other}`,
      JSON.stringify({ payload, protected: head, signature }),
    ]) {
      expect(await refused(text), text).toMatch(/malformed_token|jws_signature_verification_failed|foreign/);
    }
  });

  it('that comes again and again makes its address wait, but for tokens that were seen before', async () => {
    const [head, payload, signature] = parts();
    const reasons = new Set<string | undefined>();
    for (let n = 0; n < 110; n++) {
      const changed = part({ ...JSON.parse(Buffer.from(payload, 'base64url').toString()), client_id: `c${n}` });
      reasons.add(await refused(`${head}.${changed}.${signature}`));
    }
    expect([...reasons]).toEqual(['jws_signature_verification_failed', 'too_many_failures']);
    expect(reason(await server.ask(token))).toBeUndefined();
  });

  it('that was changed is refused, in each claim', async () => {
    const [head, , signature] = parts();
    const { ojs } = claims();
    for (const change of [
      { sub: 'admin' },
      { ojs: { ...ojs, tenant: '*' } },
      { ojs: { ...ojs, plane: 'admin' } },
      { ojs: { ...ojs, mfa: true } },
      { exp: claims().exp + 60 },
      { cnf: undefined, aud: ISSUER, jti: 'A'.repeat(22) },
    ]) {
      expect(await refused(`${head}.${part({ ...claims(), ...change })}.${signature}`)).toBe(
        'jws_signature_verification_failed',
      );
    }
  });
});

describe('a token with our own signature', () => {
  const now = Math.floor(Date.now() / 1_000);
  it.each([
    ['without exp', { exp: undefined }],
    ['with exp as text', { exp: String(now + 60) }],
    ['with exp beyond all time', { exp: 1e300 }],
    ['with a negative exp', { exp: -1 }],
    ['that lasts a month', { exp: now + 30 * 86_400 }],
    ['for another audience', { aud: 'https://other.example.com' }],
    ['for us and others', { aud: [ISSUER, 'https://other.example.com'] }],
    ['without audience', { aud: undefined }],
    ['with claims of another kind of token', { nonce: 'x', at_hash: 'y' }],
    ['without what we say of its subject', { ojs: undefined }],
    ['with too many parents', { ojs: { parents: ['A', 'B', 'C', 'D'].map((each) => each.repeat(22)) } }],
  ])('%s is refused', async (_, change) => {
    expect(await refused(await signed(change))).toBeDefined();
  });

  it('of another issuer is not ours', async () => {
    expect(await refused(await signed({ iss: 'https://other.example.com' }))).toBe('foreign');
  });

  it('is accepted as it is, and is none of ours to a server with another issuer', async () => {
    expect(await refused(await signed({}))).toBeUndefined();
    const other = await tokenServer({ issuer: 'https://other.example.com' });
    closing.push(other);
    expect(await other.ask(token)).toBeUndefined();
  });
});

/** The same bytes with other unused bits in the last character. */
function sameBytes(text: string): string {
  const last = text.at(-1) ?? '';
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return text.slice(0, -1) + alphabet[alphabet.indexOf(last) ^ 1];
}

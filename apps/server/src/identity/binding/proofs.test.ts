import { createHmac } from 'node:crypto';
import { type PrivateRedis, startRedis } from '@ojs/dev';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { proofMaker } from '../../../test/dpop-client.ts';
import { type Connections, connect } from '../../redis/connect.ts';
import { Proofs } from './proofs.ts';

const ORIGIN = 'https://jobs.example.com';
const PATH = '/ojs/v1/jobs';
const TOKEN = 'eyJhbGciOi.J9.x';
const REQUEST = { method: 'POST', path: PATH, origins: ['https://ojs.internal:8443', ORIGIN], token: TOKEN };
const FOR = { method: 'POST', url: ORIGIN + PATH, token: TOKEN };

let server: PrivateRedis;
let redis: Connections;
let work: string[];
let proofs: Proofs;
const open = (now?: () => number) =>
  new Proofs({ redis: redis.client, onWork: (what) => work.push(what), ...(now && { now }) });

beforeAll(async () => {
  server = await startRedis();
  redis = await connect({ urls: [server.url] }, () => undefined);
});
afterAll(async () => {
  await redis.close();
  await server.stop();
});
beforeEach(async () => {
  await redis.client.flushall();
  work = [];
  proofs = open();
});

const me = proofMaker();
const refusedAs = (refused: string) => ({ refused });

describe('a proof of possession', () => {
  test.each(['ES256', 'EdDSA'] as const)('by %s is accepted once, for its request and by its key', async (alg) => {
    const holder = proofMaker(alg);
    const { thumbprint } = holder;
    expect(await proofs.check(holder.prove(FOR), REQUEST, thumbprint)).toEqual({ thumbprint });
    expect(await proofs.check(holder.prove({ ...FOR, url: `${ORIGIN}${PATH}?a=b#c` }), REQUEST, thumbprint)).toEqual({
      thumbprint,
    });
  });

  test('that comes again is refused, at every server, until nobody would accept it for its age', async () => {
    let now = Date.now();
    const proof = me.prove(FOR);
    const other = open(() => now);
    expect(await proofs.check(proof, REQUEST, me.thumbprint)).toEqual({ thumbprint: me.thumbprint });
    for (const each of [proofs, other]) {
      expect(await each.check(proof, REQUEST, me.thumbprint)).toEqual(refusedAs('proof_used_before'));
    }
    const [key = ''] = await redis.client.keys('{ojs}/proofs/*');
    expect(key).toHaveLength('{ojs}/proofs/'.length + 43);
    expect(await redis.client.pttl(key)).toBeGreaterThan(60_000);
    now += 62_000;
    expect(await other.check(proof, REQUEST, me.thumbprint)).toEqual(refusedAs('proof_not_of_now'));
  });

  test('of a hundred that come at once, one is accepted', async () => {
    const proof = me.prove(FOR);
    const servers = [proofs, open(), open()];
    const answers = await Promise.all(
      Array.from({ length: 99 }, (_, i) => servers[i % 3]?.check(proof, REQUEST, me.thumbprint)),
    );
    expect(answers.filter((answer) => answer && 'thumbprint' in answer)).toHaveLength(1);
  });

  test('of two holders, with the same id, are two', async () => {
    const other = proofMaker();
    for (const holder of [me, other]) {
      const proof = holder.prove(FOR, { jti: 'one' });
      expect(await proofs.check(proof, REQUEST, holder.thumbprint)).toEqual({ thumbprint: holder.thumbprint });
    }
  });

  const CLAIMS: [what: string, claims: Record<string, unknown>, reason: string][] = [
    ['another method', { htm: 'GET' }, 'proof_for_another_method'],
    ['another method in small letters', { htm: 'post' }, 'proof_for_another_method'],
    ['another path', { htu: `${ORIGIN}/ojs/v1/workers/fetch` }, 'proof_for_another_url'],
    ['another host', { htu: `https://evil.example.com${PATH}` }, 'proof_for_another_url'],
    ['another scheme', { htu: `http://jobs.example.com${PATH}` }, 'proof_for_another_url'],
    ['another port', { htu: `https://jobs.example.com:444${PATH}` }, 'proof_for_another_url'],
    ['a path on the way to another', { htu: `${ORIGIN}/x/..%2fojs/v1/jobs` }, 'proof_for_another_url'],
    ['no URL', { htu: PATH }, 'proof_for_another_url'],
    ['another token', { ath: 'x'.repeat(43) }, 'proof_for_another_token'],
    ['no token', { ath: undefined }, 'proof_for_another_token'],
    ['a time a minute ago', { iat: Date.now() / 1_000 - 62 }, 'proof_not_of_now'],
    ['a time in a minute', { iat: Date.now() / 1_000 + 62 }, 'proof_not_of_now'],
    ['no time', { iat: undefined }, 'proof_malformed'],
    ['a time that is no number', { iat: '1' }, 'proof_malformed'],
    ['no id', { jti: undefined }, 'proof_malformed'],
    ['an empty id', { jti: '' }, 'proof_malformed'],
    ['an id that would fill the memory', { jti: 'x'.repeat(257) }, 'proof_malformed'],
  ];

  test.each(CLAIMS)('for %s is refused before its signature is looked at', async (_, claims, reason) => {
    expect(await proofs.check(me.prove(FOR, claims), REQUEST, me.thumbprint)).toEqual(refusedAs(reason));
    expect(work).toEqual(['key']);
    expect(await redis.client.dbsize()).toBe(0);
  });

  test('with another key than that of the token is refused before its signature is looked at', async () => {
    expect(await proofs.check(proofMaker().prove(FOR), REQUEST, me.thumbprint)).toEqual(
      refusedAs('proof_with_another_key'),
    );
    expect(work).toEqual(['key']);
  });

  const HEADERS: [what: string, header: Record<string, unknown>][] = [
    ['a private key', { jwk: me.privateJwk }],
    ['another type', { typ: 'JWT' }],
    ['no type', { typ: undefined }],
    ['alg none', { alg: 'none' }],
    ['an algorithm of another key', { alg: 'EdDSA' }],
    ['a shared secret', { alg: 'HS256', jwk: { kty: 'oct', k: 'c2VjcmV0' } }],
    ['no key', { jwk: undefined }],
    ['a key that is elsewhere', { jwk: undefined, jku: 'https://evil.example.com/jwks' }],
    ['a point that is on no curve', { jwk: { ...me.jwk, y: 'A'.repeat(43) } }],
    ['extensions that must be understood', { crit: ['b64'], b64: false }],
    ['padding', { x: 'x'.repeat(2_000) }],
  ];

  test.each(HEADERS)('whose header has %s is refused', async (_, header) => {
    expect(await proofs.check(me.prove(FOR, {}, header), REQUEST, me.thumbprint)).toEqual(refusedAs('proof_malformed'));
    expect(work).not.toContain('signature');
  });

  test('signed with the public key as a shared secret is refused', async () => {
    const [, payload] = me.prove(FOR).split('.');
    const header = Buffer.from(JSON.stringify({ typ: 'dpop+jwt', alg: 'HS256', jwk: me.jwk })).toString('base64url');
    const mac = createHmac('sha256', JSON.stringify(me.jwk)).update(`${header}.${payload}`).digest('base64url');
    const padded = `${mac}${'A'.repeat(43)}`;
    for (const signature of [mac, padded]) {
      expect(await proofs.check(`${header}.${payload}.${signature}`, REQUEST, me.thumbprint)).toEqual(
        refusedAs('proof_malformed'),
      );
    }
  });

  test('that was changed after it was signed is refused, and takes no place', async () => {
    const [header, , signature] = me.prove(FOR).split('.');
    const [, payload] = me.prove(FOR).split('.');
    expect(await proofs.check(`${header}.${payload}.${signature}`, REQUEST, me.thumbprint)).toEqual(
      refusedAs('proof_with_a_wrong_signature'),
    );
    expect(await redis.client.dbsize()).toBe(0);
  });

  test.each(['', 'x', 'a.b', 'a.b.c.d', `${me.prove(FOR)}, ${me.prove(FOR)}`, 'x'.repeat(10_000)])(
    'that is none (%#) is refused',
    async (text) => {
      expect(await proofs.check(text, REQUEST, me.thumbprint)).toEqual(refusedAs('proof_malformed'));
    },
  );

  test('of a key that was seen before does not have the key read again; one that never signed is not remembered', async () => {
    for (let i = 0; i < 3; i++) await proofs.check(me.prove(FOR), REQUEST, me.thumbprint);
    expect(work).toEqual(['key', 'signature', 'signature', 'signature']);
    work = [];
    const other = proofMaker();
    for (let i = 0; i < 2; i++) await proofs.check(other.prove(FOR, { htm: 'GET' }), REQUEST, other.thumbprint);
    expect(work).toEqual(['key', 'key']);
  });

  test('of a request for a token tells which key that token is to be bound to', async () => {
    const { token: _, ...request } = REQUEST;
    const { token: __, ...of } = FOR;
    expect(await proofs.check(me.prove(of), request)).toEqual({ thumbprint: me.thumbprint });
  });

  test('cannot be taken while Redis is away: later', async () => {
    const away = await connect({ urls: [server.url] }, () => undefined);
    await away.close();
    expect(await new Proofs({ redis: away.client }).check(me.prove(FOR), REQUEST, me.thumbprint)).toMatchObject({
      answer: 'backend_unavailable',
    });
  });
});

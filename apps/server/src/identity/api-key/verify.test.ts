import { describe, expect, test } from 'vitest';
import {
  issue,
  present,
  reason,
  recordOf,
  redis,
  store,
  useCredentialRedis,
  verifier,
  wrongFor,
} from '../../../test/credential-harness.ts';
import { systemSpace } from '../../redis/keyspace.ts';
import { hashKey } from './hash.ts';
import { formatKey, generateKey } from './key.ts';
import { apiKeys, Verifier } from './verify.ts';

useCredentialRedis();

describe('a valid key', () => {
  test('gives its principal; after the first time at once, without read or key derivation', async () => {
    const key = await issue('prod', { tenant: 'acme', queues: ['billing.*'] });
    const { ask, counts } = await verifier();
    expect(await ask(key.text)).toMatchObject({
      principal: {
        id: 'shop',
        tenant: 'acme',
        plane: 'producer',
        roles: ['producer'],
        queues: ['billing.*'],
        mfa: false,
      },
    });
    expect(counts).toMatchObject({ derivations: 1, reads: 1 });
    const warm = ask(key.text);
    expect(warm).not.toBeInstanceOf(Promise);
    expect(warm).toHaveProperty('principal');
    expect(counts).toMatchObject({ derivations: 1, reads: 1 });
  });

  test('a thousand requests at once cost one derivation and one read', async () => {
    const key = await issue();
    const { ask, counts } = await verifier();
    const answers = await Promise.all(Array.from({ length: 1_000 }, () => ask(key.text)));
    expect(answers.every((answer) => answer && 'principal' in answer)).toBe(true);
    expect(counts).toMatchObject({ derivations: 1, reads: 1 });
  });

  test('is accepted as the password of Basic', async () => {
    const key = await issue();
    const { store } = await verifier();
    const mechanism = apiKeys(new Verifier({ store, isDisabled: () => false, onWeakHash: () => undefined }));
    const basic = Buffer.from(`anybody:${key.text}`).toString('base64');
    expect(await present(mechanism, `basic ${basic}`, '192.0.2.1')).toHaveProperty('principal');
  });

  test('that was accepted on a connection vouches for no other key on it, and not for itself once it is revoked', async () => {
    const key = await issue();
    const { store: credentials } = await verifier();
    const mechanism = apiKeys(
      new Verifier({ store: credentials, isDisabled: () => false, onWeakHash: () => undefined }),
    );
    const connection = {};
    const say = (text: string) => present(mechanism, `Bearer ${text}`, '192.0.2.1', connection);
    expect(await say(key.text)).toHaveProperty('principal');
    expect(reason(await say(wrongFor(key)))).toBe('wrong_secret');
    expect(reason(await say(`${key.text.slice(0, -1)}_`))).toBeDefined();
    expect(await say(key.text)).toHaveProperty('principal');
    await store({ ...(await recordOf(key)), revokedAt: Date.now() });
    credentials.invalidate();
    expect(reason(await say(key.text))).toBe('revoked');
  });

  test('keeps its verification when another credential changes, and reads its own record anew', async () => {
    const key = await issue();
    const { ask, store: credentials, counts } = await verifier();
    await ask(key.text);
    credentials.invalidate();
    expect(await ask(key.text)).toHaveProperty('principal');
    expect(counts).toMatchObject({ derivations: 1, reads: 2 });
  });

  test('two live secrets of one id are both accepted; the old one ends with its grace period', async () => {
    let now = 1_000;
    const old = await issue();
    const record = await recordOf(old);
    const next = formatKey('prod', old.id, generateKey('prod').text.slice(-49, -6));
    const [secret] = record.secrets;
    await store({ ...record, secrets: [await hashKey(next), { ...secret!, notAfter: 5_000 }] });
    const { ask } = await verifier({}, () => now);
    expect(await ask(old.text)).toHaveProperty('principal');
    expect(await ask(next)).toHaveProperty('principal');
    now = 4_999;
    expect(await ask(old.text)).toHaveProperty('principal');
    now = 5_000;
    expect(reason(await ask(old.text))).toBe('wrong_secret');
    expect(await ask(next)).toHaveProperty('principal');
  });
});

describe('a key that is not valid', () => {
  test('with a wrong checksum or form costs neither read nor derivation (K1, K9)', async () => {
    const { text } = await issue();
    const { ask, counts } = await verifier();
    const changed = text.slice(0, -1) + (text.endsWith('a') ? 'b' : 'a');
    const bad = [changed, `ojs_${'x'.repeat(10_000_000)}`, `${text}🔑`, `ojs_prod_\0`, text.slice(0, 40)];
    for (const key of bad) expect((await ask(key)) ?? {}).not.toHaveProperty('principal');
    expect(counts).toMatchObject({ derivations: 0, reads: 0 });
  });

  test('of an unknown id costs one read a second at most, and no derivation (K2)', async () => {
    const { ask, counts } = await verifier();
    const { text } = generateKey('prod');
    for (let i = 0; i < 10; i++) expect(reason(await ask(text))).toBe('unknown_key');
    expect(counts).toMatchObject({ derivations: 0, reads: 1 });
  });

  test('is refused with the same shape whether the id exists or not (K2)', async () => {
    const key = await issue();
    const { ask } = await verifier();
    const [wrong, unknown] = [await ask(wrongFor(key)), await ask(generateKey('prod').text)];
    for (const answer of [wrong, unknown]) {
      expect(answer).not.toHaveProperty('answer');
      expect(answer).not.toHaveProperty('retryAfterSeconds');
    }
    expect([reason(wrong), reason(unknown)]).toEqual(['wrong_secret', 'unknown_key']);
  });

  test('with another secret of the same length and id is refused, also after the right one was accepted (K10)', async () => {
    const key = await issue();
    const { ask } = await verifier();
    await ask(key.text);
    expect(reason(await ask(wrongFor(key)))).toBe('wrong_secret');
    expect(await ask(key.text)).toHaveProperty('principal');
  });

  test('that is repeated costs one derivation', async () => {
    const key = await issue();
    const { ask, counts } = await verifier();
    const wrong = wrongFor(key);
    for (let i = 0; i < 5; i++) expect(reason(await ask(wrong))).toBe('wrong_secret');
    expect(counts.derivations).toBe(1);
  });

  test.each([
    ['revoked', { revokedAt: 1 }],
    ['expired', { expiresAt: 1_000 }],
    ['not_yet_valid', { notBefore: 2_000_000 }],
  ] as const)('that is %s is refused without a derivation (K5)', async (why, change) => {
    const key = await issue('prod', change);
    const { ask, counts } = await verifier({}, () => 1_000_000);
    expect(await ask(key.text)).toMatchObject({ refused: why, credential: `ojs_prod_…${key.id.slice(-4)}` });
    expect(counts.derivations).toBe(0);
  });

  test('expires also when it is warm (K5)', async () => {
    let now = 0;
    const key = await issue('prod', { expiresAt: 1_000 });
    const { ask } = await verifier({}, () => now);
    expect(await ask(key.text)).toHaveProperty('principal');
    now = 1_000;
    expect(reason(await ask(key.text))).toBe('expired');
  });

  test('of a principal that the policy disabled is refused (K5)', async () => {
    const key = await issue();
    let disabled = false;
    const { ask } = await verifier({ isDisabled: ({ id }) => disabled && id === 'shop' });
    expect(await ask(key.text)).toHaveProperty('principal');
    disabled = true;
    expect(reason(await ask(key.text))).toBe('principal_disabled');
  });

  test('whose word is not of the plane in its record is refused', async () => {
    const key = await issue('prod', { plane: 'admin', roles: ['admin'] });
    const { ask } = await verifier();
    expect(reason(await ask(key.text))).toBe('wrong_word');
  });

  test('whose hash was moved into the record of another key is refused', async () => {
    const [mine, other] = [await issue(), await issue('prod', { principal: 'other' })];
    await store({ ...(await recordOf(other)), secrets: (await recordOf(mine)).secrets });
    const { ask } = await verifier();
    const forged = formatKey('prod', other.id, mine.text.slice(-49, -6));
    expect(reason(await ask(forged))).toBe('wrong_secret');
  });
});

describe('a record in Redis that was tampered with', () => {
  test('to cheaper parameters is refused without a derivation, and reported once (K14)', async () => {
    const key = await issue();
    const record = await recordOf(key);
    await store({ ...record, secrets: record.secrets.map((secret) => ({ ...secret, n: 2 })) });
    const { ask, counts } = await verifier();
    for (let i = 0; i < 3; i++) expect(reason(await ask(key.text))).toBe('weak_hash');
    expect(counts).toMatchObject({ derivations: 0, weak: [`ojs_prod_…${key.id.slice(-4)}`] });
  });

  test.each(['', 'null', '{', '[]', '{"id":"x"}'])('to %j is refused', async (text) => {
    const key = await issue();
    await redis.client.hset(systemSpace.credentials, key.id, text);
    const { ask, counts } = await verifier();
    expect(reason(await ask(key.text))).toBe('unreadable_record');
    expect(counts.derivations).toBe(0);
  });

  test('to the record of another id is refused', async () => {
    const [key, other] = [await issue(), await issue('admin', { plane: 'admin', roles: ['admin'] })];
    await redis.client.hset(systemSpace.credentials, key.id, JSON.stringify(await recordOf(other)));
    const { ask } = await verifier();
    expect(reason(await ask(key.text))).toBe('unreadable_record');
  });
});

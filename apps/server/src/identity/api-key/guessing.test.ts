import { describe, expect, test } from 'vitest';
import {
  issue,
  reason,
  recordOf,
  store,
  useCredentialRedis,
  verifier,
  wrongFor,
} from '../../../test/credential-harness.ts';
import type { Identified } from '../identity.ts';
import { FAILURE_RATES } from './failures.ts';
import { hashKey } from './hash.ts';
import { generateKey } from './key.ts';

useCredentialRedis();

describe('guessing', () => {
  test('runs no more derivations at once than the gate lets in, and is told when no place is left (K8)', async () => {
    const key = await issue();
    const { ask, counts } = await verifier({ gate: { concurrency: 1, waiting: 4, waitingPerSource: 2 } });
    const sources = Array.from({ length: 40 }, (_, i) => `198.51.100.${i}`);
    const answers = await Promise.all(sources.map((source) => ask(wrongFor(key), source)));
    expect(counts.derivations).toBe(5);
    const busy = answers.filter((answer) => reason(answer) === 'verification_busy');
    expect(busy).toHaveLength(35);
    expect(busy[0]).toMatchObject({ answer: 'rate_limited', retryAfterSeconds: 1 });
  });

  const rates = { ...FAILURE_RATES, pair: { burst: 3, refillMs: 60_000 } };

  test('from one address with one id ends in 429 after a bounded number of derivations (K8)', async () => {
    const key = await issue();
    const { ask, counts } = await verifier({ rates });
    const reasons: (string | undefined)[] = [];
    for (let i = 0; i < 6; i++) reasons.push(reason(await ask(wrongFor(key))));
    expect(reasons).toEqual([...Array(3).fill('wrong_secret'), ...Array(3).fill('too_many_failures')]);
    expect(counts.derivations).toBe(3);
    expect(await ask(wrongFor(key))).toMatchObject({ answer: 'rate_limited', retryAfterSeconds: 60 });
    expect(await ask(wrongFor(key), '192.0.2.99'), 'another address').toMatchObject({ refused: 'wrong_secret' });
  });

  test('does not slow down a key that is warm, from the same address, nor the attacked one from elsewhere', async () => {
    const [good, attacked] = [await issue(), await issue()];
    const { ask } = await verifier({ rates });
    await ask(good.text);
    for (let i = 0; i < 4; i++) await ask(wrongFor(attacked));
    expect(ask(good.text)).toHaveProperty('principal');
    expect(reason(await ask(attacked.text))).toBe('too_many_failures');
    expect(await ask(attacked.text, '192.0.2.99')).toHaveProperty('principal');
    expect(ask(attacked.text), 'warm now').toHaveProperty('principal');
  });

  test('is not what many good keys of one address look like', async () => {
    const { ask } = await verifier({ rates: { ...rates, source: { burst: 2, refillMs: 60_000 } } });
    for (let i = 0; i < 5; i++) expect(await ask((await issue()).text)).toHaveProperty('principal');
  });

  test('is not what requests look like that come while their good key is being verified', async () => {
    const key = await issue();
    let during: ReturnType<typeof ask>;
    const { ask } = await verifier({
      rates: { ...rates, pair: { burst: 1, refillMs: 60_000 } },
      onDerivation: () => {
        // In the next turn, when the derivation is known to run.
        during ??= new Promise(setImmediate).then(() => ask(key.text) as Promise<Identified>);
      },
    });
    expect(await ask(key.text)).toHaveProperty('principal');
    expect(await during).toHaveProperty('principal');
  });

  test('ids that do not exist ends in 429, without further reads', async () => {
    const { ask, counts } = await verifier();
    const reasons: (string | undefined)[] = [];
    for (let i = 0; i < 150; i++) reasons.push(reason(await ask(generateKey('prod').text)));
    expect(reasons.at(-1)).toBe('too_many_failures');
    expect(counts.reads).toBeLessThan(130);
  });

  test('holds up no key that was verified here, also after credentials changed: one look-up, no derivation (K8)', async () => {
    const [good, attacked] = [await issue(), await issue()];
    const {
      ask,
      counts,
      store: credentials,
    } = await verifier({
      rates: { ...rates, source: { burst: 3, refillMs: 60_000 }, all: { burst: 3, refillMs: 60_000 } },
    });
    await ask(good.text);
    for (let i = 0; i < 4; i++) await ask(wrongFor(attacked));
    const { derivations, reads } = counts;
    // Its own record changes too, in what it may do and until when.
    await store({ ...(await recordOf(good)), roles: ['operator'], label: 'new', expiresAt: 9e12 });
    credentials.invalidate();
    expect(reason(await ask(wrongFor(good)))).toBe('too_many_failures');
    expect(await ask(good.text)).toMatchObject({ principal: { roles: ['operator'], expiresAt: 9e12 } });
    expect(counts.derivations).toBe(derivations);
    // A second one where the announcement of the change came during the first.
    expect(counts.reads - reads).toBeLessThanOrEqual(2);
    await store({ ...(await recordOf(good)), revokedAt: 1 });
    credentials.invalidate();
    expect(reason(await ask(good.text))).toBe('revoked');
  });

  test('a rotation ends what was verified: the secret that is gone is derived and limited like any wrong one', async () => {
    const key = await issue();
    const { ask, counts, store: credentials } = await verifier({ rates });
    await ask(key.text);
    const next = generateKey('prod', key.id).text;
    await store({ ...(await recordOf(key)), secrets: [await hashKey(next)] });
    credentials.invalidate();
    for (let i = 0; i < 3; i++) expect(reason(await ask(key.text))).toBe('wrong_secret');
    expect(reason(await ask(key.text))).toBe('too_many_failures');
    expect(counts.derivations).toBe(2);
  });

  test('cheaper parameters, the hash left as it was, are seen also where the key was verified before (K14)', async () => {
    const key = await issue();
    const { ask, counts, store: credentials } = await verifier();
    await ask(key.text);
    const record = await recordOf(key);
    await store({ ...record, secrets: record.secrets.map((secret) => ({ ...secret, n: 2 })) });
    credentials.invalidate();
    expect(reason(await ask(key.text))).toBe('weak_hash');
    expect(counts.derivations).toBe(1);
  });
});

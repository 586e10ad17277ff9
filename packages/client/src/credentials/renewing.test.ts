import { describe, expect, it } from 'vitest';
import { OjsCredentialError } from '../errors.ts';
import { renewing } from './renewing.ts';

const fresh = { rejected: false };

/** A provider whose answers are given one by one, and a clock. */
function provider(expiresInMs = 1_000) {
  const state = { now: 0, asked: 0, fails: false };
  const source = renewing(
    async () => {
      state.asked++;
      if (state.fails) throw new OjsCredentialError('away', true);
      return { token: `token-${state.asked}`, expiresInMs };
    },
    () => state.now,
  );
  return { state, source };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a token that is obtained', () => {
  it('is obtained once for all who ask at the same time', async () => {
    const { state, source } = provider();
    expect(await Promise.all(Array.from({ length: 50 }, () => source(fresh)))).toEqual(Array(50).fill('token-1'));
    expect(state.asked).toBe(1);
  });

  it('is renewed in the background when four fifths of its life are over, and nobody waits', async () => {
    const { state, source } = provider();
    await source(fresh);
    state.now = 799;
    expect(source(fresh)).toBe('token-1');
    expect(state.asked).toBe(1);
    state.now = 800;
    expect(source(fresh)).toBe('token-1');
    expect(source(fresh)).toBe('token-1');
    await settled();
    expect(state.asked).toBe(2);
    expect(source(fresh)).toBe('token-2');
  });

  it('is used to its end while it cannot be renewed, and the provider is not asked all the time', async () => {
    const { state, source } = provider(100_000);
    await source(fresh);
    state.fails = true;
    state.now = 80_000;
    for (let round = 0; round < 10; round++) {
      expect(await source(fresh)).toBe('token-1');
      await settled();
    }
    expect(state.asked).toBe(2);
    state.now = 100_000;
    await expect((async () => source(fresh))()).rejects.toBeInstanceOf(OjsCredentialError);
  });

  it('is obtained anew when the server refused it, but not when it has only just been obtained', async () => {
    const { state, source } = provider(100_000);
    await source(fresh);
    expect(await source({ rejected: true })).toBe('token-1');
    state.now = 1_000;
    expect(await source({ rejected: true })).toBe('token-2');
  });

  it.each([0, -1, Number.NaN])('and ends in %d ms is refused', async (expiresInMs) => {
    await expect((async () => provider(expiresInMs).source(fresh))()).rejects.toThrow(/ended already/);
  });
});

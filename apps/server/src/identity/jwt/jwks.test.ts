import type { RequestListener } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  believing,
  issuerKey,
  jwtMechanism,
  reason,
  startHttps,
  token,
  written,
} from '../../../test/issuer-harness.ts';
import { COOLDOWN_MS, REFRESH_MS, STALE_MS } from './jwks.ts';

const first = issuerKey('ES256', 'k1');
const second = issuerKey('ES256', 'k2');
const published =
  (...keys: unknown[]): RequestListener =>
  (_, response) =>
    response.end(JSON.stringify({ keys }));
const down: RequestListener = (_, response) => response.writeHead(503).end();

let issuer: Awaited<ReturnType<typeof startHttps>>;
let answer: RequestListener;
let fetches: number;

beforeAll(async () => {
  issuer = await startHttps((request, response) => {
    fetches++;
    answer(request, response);
  });
});
afterAll(() => issuer.close());
beforeEach(() => {
  fetches = 0;
  answer = published(first.jwk);
});

const corp = (change: object = {}) =>
  jwtMechanism(believing([written({ jwksUrl: `${issuer.url}/jwks`, ...change })]), { send: issuer.outgoing.send });

describe('keys that an issuer publishes', () => {
  test('are fetched at the start, so that the first request finds them', async () => {
    const { ask, issuers } = corp();
    expect(await issuers.start()).toEqual([]);
    expect(await ask(token(first))).toHaveProperty('principal');
    expect(fetches).toBe(1);
  });

  test('are fetched once for all requests that need them', async () => {
    const { ask } = corp();
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, i) => ask(token(first, { jti: `token-0000${i}` }))),
    );
    expect(answers.every((each) => each && 'principal' in each)).toBe(true);
    expect(fetches).toBe(1);
  });

  test('that are new are accepted after one more fetch; the old one as long as it is published (A18)', async () => {
    const { ask, issuers, pass, told } = corp();
    await issuers.start();
    answer = published(first.jwk, second.jwk);
    pass(COOLDOWN_MS);
    expect(await ask(token(second))).toHaveProperty('principal');
    expect(await ask(token(first))).toHaveProperty('principal');
    expect(fetches).toBe(2);
    expect(told.events.at(-1)).toMatchObject({
      event_type: 'issuer.keys.changed',
      detail: { issuer: 'corp', added: ['k2'], removed: [] },
    });
  });

  test('that are published no more end with the next fetch, also for tokens that were accepted (A18)', async () => {
    const { ask, issuers, pass } = corp();
    await issuers.start();
    const [good, socket] = [token(first), {}];
    for (let i = 0; i < 2; i++) expect(await ask(good, undefined, socket)).toHaveProperty('principal');
    answer = published(second.jwk);
    pass(COOLDOWN_MS);
    expect(await ask(token(second))).toHaveProperty('principal');
    expect(reason(await ask(good, undefined, socket))).toBe('unknown_key');
  });

  test('that are replaced under the same kid end what the old one proved', async () => {
    const { ask, issuers, pass } = corp();
    await issuers.start();
    const good = token(first);
    await ask(good);
    answer = published({ ...issuerKey('ES256', 'k1').jwk }, second.jwk);
    pass(COOLDOWN_MS);
    await ask(token(second));
    expect(reason(await ask(good))).toBe('wrong_signature');
  });

  test('that are not to be used are not, and that is told once (A17)', async () => {
    answer = published(first.jwk, { ...second.jwk, use: 'enc' }, { kty: 'oct', k: 'c2VjcmV0', kid: 'k3' });
    const { ask, issuers, pass, told } = corp();
    await issuers.start();
    expect(reason(await ask(token(second)))).toBe('unknown_key');
    pass(COOLDOWN_MS);
    await ask(token(second));
    expect(fetches).toBe(2);
    expect(told.warnings).toEqual([
      { issuer: 'corp', why: ['keys.1: use is not sig', expect.stringMatching(/^keys.2: .*private/)] },
    ]);
  });
});

describe('tokens that name unknown keys', () => {
  test('10,000 of them cost one fetch in each cooldown, and a good token none (A19)', async () => {
    const { ask, issuers, pass } = corp();
    await issuers.start();
    pass(COOLDOWN_MS);
    const [head = '', ...rest] = token(first).split('.');
    const random = (n: number): string => {
      const header = JSON.parse(Buffer.from(head, 'base64url').toString());
      return [Buffer.from(JSON.stringify({ ...header, kid: `${n}` })).toString('base64url'), ...rest].join('.');
    };
    const answers = await Promise.all(
      Array.from({ length: 10_000 }, (_, n) => ask(random(n), `198.51.100.${n % 250}`)),
    );
    expect(new Set(answers.map(reason))).toEqual(new Set(['unknown_key']));
    expect(fetches).toBe(2);
    expect(await ask(token(first))).toHaveProperty('principal');
    expect(fetches).toBe(2);
  });

  test('are refused at once within the cooldown', async () => {
    const { ask, issuers, pass } = corp();
    await issuers.start();
    pass(COOLDOWN_MS - 1);
    expect(reason(await ask(token(second)))).toBe('unknown_key');
    expect(fetches).toBe(1);
  });
});

describe('an issuer that cannot be reached', () => {
  test('is asked ever less often, whatever comes; nobody gets in, and the answer is to try later (A19)', async () => {
    answer = down;
    const { ask, issuers, pass, told } = corp();
    await issuers.start();
    for (let i = 0; i < 100; i++)
      expect(await ask(token(first))).toMatchObject({ refused: 'keys_unavailable', answer: 'backend_unavailable' });
    expect(fetches).toBe(1);
    const waits = [5_000, 10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000];
    for (const [n, wait] of waits.entries()) {
      pass(wait - 1);
      expect(await ask(token(first))).toMatchObject({ retryAfterSeconds: 1 });
      expect(fetches).toBe(n + 1);
      pass(1);
      await ask(token(first));
      expect(fetches).toBe(n + 2);
    }
    expect(told.warnings).toHaveLength(1);
    expect(told.events.map(({ event_type }) => event_type)).toEqual(['issuer.keys.unavailable']);
  });

  test('is trusted for an hour longer with the keys that are known, by a clock that nobody sets', async () => {
    const { ask, issuers, clock } = corp({ maxLifetimeSeconds: 86_400 });
    await issuers.start();
    answer = down;
    const good = token(first, { exp: clock.now / 1_000 + 40_000 });
    clock.steady += STALE_MS;
    expect(await ask(good)).toHaveProperty('principal');
    clock.now -= 1_000;
    clock.steady += 1;
    expect(await ask(good)).toMatchObject({ refused: 'keys_unavailable' });
  });

  test.each<[string, RequestListener]>([
    ['too large', (_, response) => response.end(`{"keys":[${' '.repeat(256 * 1024)}]}`)],
    ['an error with keys in it', (_, response) => response.writeHead(500).end(JSON.stringify({ keys: [first.jwk] }))],
    ['no JSON', (_, response) => response.end('<html>')],
    ['no list', (_, response) => response.end('{"keys":{}}')],
    ['a redirect', (_, response) => response.writeHead(302, { location: `${issuer.url}/elsewhere` }).end()],
    ['cut short', (_, response) => response.writeHead(200, { 'content-length': '100' }).destroy()],
  ])('or whose answer is %s gives no key', async (_, listener) => {
    answer = listener;
    const { ask } = corp();
    expect(reason(await ask(token(first)))).toBe('keys_unavailable');
    expect(fetches).toBe(1);
  });

  test('whose certificate is not believed is told by name when the server starts (A21)', async () => {
    const other = await startHttps(published(first.jwk));
    const { issuers, ask } = corp({ jwksUrl: other.url });
    expect(await issuers.start()).toMatchObject([{ name: 'corp' }]);
    expect(reason(await ask(token(first)))).toBe('keys_unavailable');
    await other.close();
  });
});

test('keys are fetched again and again without any request', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const { issuers } = corp();
    await issuers.start();
    vi.advanceTimersByTime(REFRESH_MS - 1);
    expect(fetches).toBe(1);
    vi.advanceTimersByTime(1);
    // Joins the fetch that began.
    await issuers.start();
    expect(fetches).toBe(2);
    issuers.close();
  } finally {
    vi.useRealTimers();
  }
});

test('an issuer whose settings stay keeps its keys when others change', async () => {
  const { ask, state, issuers } = corp();
  await issuers.start();
  const settings = written({ jwksUrl: `${issuer.url}/jwks` });
  state.believed = believing([
    settings,
    written({ name: 'new', issuer: 'https://new.example.com', keys: [second.jwk] }),
  ]);
  expect(await ask(token(first))).toHaveProperty('principal');
  expect(fetches).toBe(1);
});

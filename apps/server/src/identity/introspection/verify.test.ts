import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { AUDIENCE, believing, NOW, present, reason, startHttps } from '../../../test/issuer-harness.ts';
import { Secret } from '../../config/secret.ts';
import { Introspection } from './settings.ts';
import { type IntrospectionOptions, introspected } from './verify.ts';

interface Asked {
  readonly authorization: string | undefined;
  readonly form: Readonly<Record<string, string>>;
}

let server: Awaited<ReturnType<typeof startHttps>>;
let answer: (form: Asked['form'], response: ServerResponse, request: IncomingMessage) => void;
let asked: Asked[];

const listener: RequestListener = async (request, response) => {
  const form = Object.fromEntries(new URLSearchParams(await text(request)));
  asked.push({ authorization: request.headers.authorization, form });
  answer(form, response, request);
};
beforeAll(async () => {
  server = await startHttps(listener);
});
afterAll(() => server.close());
beforeEach(() => {
  asked = [];
  says({});
});

const good = (change: object = {}): Record<string, unknown> => ({
  active: true,
  client_id: 'shop',
  exp: NOW + 300,
  aud: AUDIENCE,
  token_type: 'Bearer',
  ...change,
});
/** The authorization server answers so from now on. */
const says = (change: object): void => {
  answer = (_, response) => response.end(JSON.stringify(good(change)));
};

function mechanism(change: object = {}, options: Partial<IntrospectionOptions> = {}) {
  const clock = { now: NOW * 1_000, steady: 1_000_000 };
  const errors: object[] = [];
  const settings = {
    name: 'corp',
    url: `${server.url}/introspect`,
    clientId: 'jobs:server',
    secret: 'INTROSPECTION',
    audience: [AUDIENCE],
    plane: 'producer',
    roles: ['producer'],
    principal: { claim: 'client_id' },
    ...change,
  };
  const state = { believed: believing([], Introspection.parse([settings])) };
  const asks = introspected({
    believed: () => state.believed,
    send: server.outgoing.send,
    secretOf: (name) => (name === 'INTROSPECTION' ? new Secret('p@ss word') : undefined),
    isDisabled: () => false,
    log: { info: () => undefined, warn: () => undefined, error: (fields: object) => void errors.push(fields) },
    now: () => clock.now,
    steady: () => clock.steady,
    ...options,
  });
  const pass = (ms: number): void => {
    clock.now += ms;
    clock.steady += ms;
  };
  return {
    clock,
    pass,
    errors,
    state,
    ask: (token: string, from?: string, socket?: object) => present(asks, token, from, socket),
  };
}

describe('an opaque token', () => {
  test('is asked about, with the credentials of this server, and gives its principal', async () => {
    const { ask } = mechanism();
    expect(await ask('opaque-1')).toMatchObject({
      principal: {
        id: 'corp/shop',
        plane: 'producer',
        roles: ['producer'],
        credential: { kind: 'introspection', id: expect.stringMatching(/^corp\/[\w-]{16}$/) },
        expiresAt: (NOW + 300) * 1_000,
        vouchedBy: 'issuer:corp',
      },
    });
    const basic = Buffer.from('jobs%3Aserver:p%40ss+word').toString('base64');
    expect(asked).toEqual([
      { authorization: `Basic ${basic}`, form: { token: 'opaque-1', token_type_hint: 'access_token' } },
    ]);
  });

  test('is asked about once for many requests at once, and answered at once for five seconds', async () => {
    const { ask, pass } = mechanism();
    const socket = {};
    await Promise.all(Array.from({ length: 100 }, () => ask('opaque-1')));
    pass(4_999);
    for (let i = 0; i < 3; i++) {
      const warm = ask('opaque-1', undefined, socket);
      expect(warm).not.toBeInstanceOf(Promise);
      expect(warm).toHaveProperty('principal');
    }
    expect(asked).toHaveLength(1);
    pass(1);
    await ask('opaque-1', undefined, socket);
    expect(asked).toHaveLength(2);
  });

  test('that is revoked there is refused within five seconds, also on its connection', async () => {
    const { ask, pass } = mechanism();
    const socket = {};
    for (let i = 0; i < 2; i++) expect(await ask('opaque-1', undefined, socket)).toHaveProperty('principal');
    says({ active: false });
    pass(5_000);
    expect(reason(await ask('opaque-1', undefined, socket))).toBe('token_not_active');
  });

  test('ends with its own time, when that is sooner, and when the clock jumps (A31)', async () => {
    says({ exp: NOW + 2 });
    const { ask, pass, clock } = mechanism();
    expect(await ask('opaque-1')).toHaveProperty('principal');
    pass(2_000);
    expect(reason(await ask('opaque-1'))).toBe('token_expired');
    says({});
    expect(await ask('opaque-2')).toHaveProperty('principal');
    clock.now -= 3_600_000;
    clock.steady += 5_000;
    await ask('opaque-2');
    expect(asked).toHaveLength(4);
  });

  test('is forgotten when what is believed changes', async () => {
    const { ask, state } = mechanism();
    const socket = {};
    for (let i = 0; i < 2; i++) await ask('opaque-1', undefined, socket);
    state.believed = { ...state.believed };
    await ask('opaque-1', undefined, socket);
    expect(asked).toHaveLength(2);
    state.believed = believing([]);
    expect(ask('opaque-1', undefined, socket)).toBeUndefined();
  });

  test('is limited by its scopes, and says what it is bound to', async () => {
    says({ scope: 'openid ojs:enqueue:billing.*', cnf: { jkt: 'A'.repeat(43) } });
    expect(await mechanism().ask('opaque-1')).toMatchObject({
      principal: { narrowed: { within: [{ permissions: ['enqueue'], queues: ['billing.*'] }] } },
      binding: { kind: 'dpop' },
    });
  });
});

describe('an answer makes nobody known', () => {
  test.each<[string, object, string]>([
    ['that is not active', { active: false }, 'token_not_active'],
    ['whose active is a text', { active: 'true' }, 'token_not_active'],
    ['whose active is a number', { active: 1 }, 'token_not_active'],
    ['without active', { active: undefined }, 'token_not_active'],
    ['without exp', { exp: undefined }, 'wrong_exp'],
    ['with exp as a text', { exp: `${NOW + 60}` }, 'wrong_exp'],
    ['that has ended', { exp: NOW }, 'token_expired'],
    ['that has not begun', { nbf: NOW + 1 }, 'token_not_yet_valid'],
    ['for somebody else', { aud: 'https://other.example.com' }, 'wrong_aud'],
    ['for nobody', { aud: undefined }, 'wrong_aud'],
    ['of another issuer', { iss: 'https://other.example.com' }, 'wrong_iss'],
    ['of a refresh token, which has no type', { token_type: undefined }, 'no_access_token'],
    ['of another type', { token_type: 'N_A' }, 'no_access_token'],
    ['of an ID token', { nonce: 'x' }, 'no_access_token'],
    ['without a principal', { client_id: undefined }, 'no_principal'],
    ['with an unknown binding', { cnf: { jwk: {} } }, 'unknown_binding'],
    ['without a claim that is required', { acr: undefined }, 'required_claim'],
  ])('%s', async (_, change, why) => {
    says({ acr: 'high', ...change });
    const { ask } = mechanism({ issuer: 'https://login.example.com', requiredClaims: { acr: 'high' } });
    expect(reason(await ask('opaque-1'))).toBe(why);
  });
});

describe('tokens that nobody is asked about', () => {
  test.each(['ojs_prod_x', 'eyJhbGciOiJub25lIn0.e30.', 'ey.x', 'a b', '{"payload":"x"}', 'a=b', 'x'.repeat(8_193)])(
    '%j',
    async (token) => {
      expect(await mechanism().ask(token)).toBeUndefined();
      expect(asked).toEqual([]);
    },
  );

  test('are all of them where no authorization server is configured (A29)', () => {
    const { ask, state } = mechanism();
    state.believed = believing([]);
    expect(ask('opaque-1')).toBeUndefined();
    expect(asked).toEqual([]);
  });
});

describe('an authorization server that does not answer', () => {
  test.each<[string, typeof answer]>([
    ['with an error', (_, response) => response.writeHead(500).end('{"active":true}')],
    ['because it refuses us', (_, response) => response.writeHead(401).end()],
    ['but redirects', (_, response) => response.writeHead(307, { location: `${server.url}/other` }).end()],
    ['in JSON', (_, response) => response.end('<html>')],
    ['with an object', (_, response) => response.end('[true]')],
    ['in few bytes', (_, response) => response.end(JSON.stringify(good({ pad: 'x'.repeat(65_536) })))],
    ['at all', (_, __, request) => request.socket.destroy()],
  ])('%s lets nobody in: 503, told once, without token or secret', async (_, broken) => {
    answer = broken;
    const { ask, errors, pass } = mechanism();
    const refused = { refused: 'introspection_unavailable', answer: 'backend_unavailable', retryAfterSeconds: 1 };
    for (let i = 0; i < 5; i++) expect(await ask(`opaque-${i}`)).toMatchObject(refused);
    expect(asked).toHaveLength(1);
    expect(errors).toHaveLength(1);
    expect(JSON.stringify(errors)).not.toMatch(/opaque|p@ss/);
    pass(1_000);
    says({});
    expect(await ask('opaque-1')).toHaveProperty('principal');
  });

  test.each([
    ['invalid_request', 'token_not_active', 'principal'],
    ['invalid_client', 'introspection_unavailable', 'refused'],
  ])('or refuses one token (400 %s) makes others wait only where it refuses us', async (error, why, other) => {
    answer = ({ token }, response) =>
      token === 'odd'
        ? response.writeHead(400).end(JSON.stringify({ error, error_description: 'malformed' }))
        : response.end(JSON.stringify(good()));
    const { ask } = mechanism();
    expect(reason(await ask('odd', '198.51.100.1'))).toBe(why);
    expect(await ask('opaque-1')).toHaveProperty(other);
  });

  test('keeps known tokens for no longer than if it did', async () => {
    const { ask, pass } = mechanism();
    await ask('opaque-1');
    answer = (_, response) => response.writeHead(500).end();
    pass(4_999);
    expect(await ask('opaque-1')).toHaveProperty('principal');
    pass(1);
    expect(reason(await ask('opaque-1'))).toBe('introspection_unavailable');
  });
});

describe('a flood of wrong tokens', () => {
  beforeEach(() => says({ active: false }));

  test('of one address asks a bounded number of times, and others are served', async () => {
    const { ask } = mechanism();
    const answers = [];
    for (let i = 0; i < 100; i++) answers.push(reason(await ask(`wrong-${i}`, '198.51.100.1')));
    expect(answers.filter((each) => each === 'token_not_active')).toHaveLength(20);
    expect(answers.filter((each) => each === 'too_many_failures')).toHaveLength(80);
    expect(asked).toHaveLength(20);
    says({});
    expect(await ask('opaque-1', '198.51.100.2')).toHaveProperty('principal');
  });

  test('that repeats one token asks once in five seconds', async () => {
    const { ask, pass } = mechanism();
    for (let i = 0; i < 50; i++) expect(reason(await ask('wrong'))).toBe('token_not_active');
    expect(asked).toHaveLength(1);
    pass(5_000);
    await ask('wrong');
    expect(asked).toHaveLength(2);
  });

  test('of many addresses at once has a bounded number of questions under way', async () => {
    let open = 0;
    let most = 0;
    answer = (_, response) => {
      most = Math.max(most, ++open);
      setImmediate(() => {
        open--;
        response.end('{"active":false}');
      });
    };
    const { ask } = mechanism();
    await Promise.all(Array.from({ length: 60 }, (_, i) => ask(`wrong-${i}`, `198.51.100.${i}`)));
    expect(most).toBeLessThanOrEqual(8);
    expect(asked).toHaveLength(60);
  });
});

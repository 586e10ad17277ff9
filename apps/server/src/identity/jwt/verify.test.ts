import { describe, expect, test } from 'vitest';
import {
  AUDIENCE,
  believing,
  claims,
  ISSUER,
  issuerKey,
  jwtMechanism,
  NOW,
  present,
  reason,
  signed,
  token,
  written,
} from '../../../test/issuer-harness.ts';

const rsa = issuerKey('RS256', 'r1');
const ec = issuerKey('ES256', 'e1');
const ed = issuerKey('EdDSA', 'o1');
const keys = [rsa.jwk, ec.jwk, ed.jwk];
const corp = (change: object = {}) => jwtMechanism(believing([written({ keys, ...change })]));

describe('a good token', () => {
  test.each([rsa, ec, ed])(
    'of $alg gives its principal; after the first time at once, without another verification',
    async (key) => {
      const { ask, counts } = corp();
      const good = token(key);
      expect(await ask(good)).toEqual({
        principal: {
          id: 'corp/shop',
          tenant: '_default',
          plane: 'producer',
          roles: ['producer'],
          grants: [],
          queues: ['*'],
          credential: { kind: 'jwt', id: 'corp/token-000001' },
          mfa: false,
          expiresAt: (NOW + 290) * 1_000,
          vouchedBy: 'issuer:corp',
          grounds: expect.any(String),
        },
      });
      const warm = ask(good);
      expect(warm).not.toBeInstanceOf(Promise);
      expect(warm).toHaveProperty('principal');
      expect(counts.verifications).toBe(1);
    },
  );

  test('that many requests bring at once is verified once', async () => {
    const { ask, counts } = corp();
    const good = token(ec);
    const answers = await Promise.all(Array.from({ length: 500 }, () => ask(good)));
    expect(answers.every((answer) => answer && 'principal' in answer)).toBe(true);
    expect(counts.verifications).toBe(1);
  });

  test('is accepted for several audiences, if ours is one of them (A12)', async () => {
    const { ask } = corp();
    expect(await ask(token(ec, { aud: ['https://other.example.com', AUDIENCE] }))).toHaveProperty('principal');
  });

  test('says what it is bound to', async () => {
    const { ask } = corp();
    const thumbprint = 'A'.repeat(43);
    expect(await ask(token(ec, { cnf: { jkt: thumbprint } }))).toHaveProperty('binding', { kind: 'dpop', thumbprint });
    expect(await ask(token(ec, { cnf: { 'x5t#S256': thumbprint } }))).toHaveProperty('binding', {
      kind: 'certificate',
      thumbprint,
    });
    for (const cnf of [{}, { jwk: {} }, { jkt: 'short' }, { jkt: thumbprint, 'x5t#S256': thumbprint }, 'x', null])
      expect(reason(await ask(token(ec, { cnf })))).toBe('unknown_binding');
  });

  test('vouches for no other token on its connection', async () => {
    const { mechanism } = corp();
    const connection = {};
    const say = (text: string) => present(mechanism, text, '192.0.2.1', connection);
    const good = token(ec);
    for (let i = 0; i < 3; i++) expect(await say(good)).toHaveProperty('principal');
    expect(reason(await say(token(ec, { exp: NOW - 100 })))).toBe('token_expired');
    expect(await say(good)).toHaveProperty('principal');
  });

  test('of a principal that the policy disabled is refused, also when it was accepted before', async () => {
    let disabled = false;
    const { ask } = jwtMechanism(believing([written({ keys })]), {
      isDisabled: ({ id }) => disabled && id === 'corp/shop',
    });
    expect(await ask(token(ec))).toHaveProperty('principal');
    disabled = true;
    expect(reason(await ask(token(ec)))).toBe('principal_disabled');
  });

  test('is forgotten when what is believed changes', async () => {
    const { ask, state, counts } = corp();
    const [socket, good] = [{}, token(ec)];
    for (let i = 0; i < 3; i++) await ask(good, undefined, socket);
    expect(counts.verifications).toBe(1);
    state.believed = believing([written({ keys, roles: [] })]);
    expect(await ask(good, undefined, socket)).toMatchObject({ principal: { roles: [] } });
    state.believed = believing([]);
    expect(reason(await ask(good, undefined, socket))).toBe('unknown_issuer');
  });
});

describe('what is no token of this mechanism', () => {
  test.each(['ojs_prod_x', 'opaque-token', 'ya29.token'])('%s is left to others', (text) => {
    expect(corp().ask(text)).toBeUndefined();
  });

  test('as the password of Basic is none', () => {
    const basic = Buffer.from(`x:${token(ec)}`).toString('base64');
    const { mechanism } = corp();
    expect(
      mechanism({ authorization: `Basic ${basic}`, authorizationCount: 1, sourceIp: '192.0.2.1' }),
    ).toBeUndefined();
  });

  test('is remembered for the connection, until what is believed changes', async () => {
    const { ask, state } = corp();
    const socket = {};
    const own = token(ec, { iss: 'https://own.example.com' });
    expect(ask(own, undefined, socket)).toBeUndefined();
    expect(ask(own, undefined, socket)).toBeUndefined();
    state.believed = believing([written({ keys })]);
    expect(ask(own, undefined, socket)).toBeUndefined();
    expect(await ask(token(ec), undefined, socket)).toHaveProperty('principal');
  });
});

describe('the header', () => {
  const good = { alg: 'ES256', typ: 'at+jwt', kid: 'e1' };
  const sent = async (header: unknown) => {
    const { ask, counts } = corp();
    const why = reason(await ask(signed(ec, header, claims())));
    expect(counts.verifications).toBe(0);
    return why;
  };

  test.each(['none', 'None', 'nOnE', 'NONE', '', 'HS256', 'HS512', 7, null, undefined, '__proto__', 'constructor'])(
    'with alg %j is refused, without a verification (A2)',
    async (alg) => {
      expect(await sent({ ...good, alg })).toBe('wrong_algorithm');
    },
  );

  test('with alg none is refused without a signature too (A2)', async () => {
    const [, payload] = token(ec).split('.');
    for (const header of [{ alg: 'none' }, { ...good, alg: 'none' }]) {
      const unsigned = `${Buffer.from(JSON.stringify(header)).toString('base64url')}.${payload}.`;
      expect(reason(await corp().ask(unsigned))).toBe('malformed_token');
    }
  });

  test.each([
    ['RS512', rsa],
    ['PS384', rsa],
    ['PS256', rsa],
  ])('with alg %s, that the issuer does not use, is refused however good the signature (A4)', async (alg, key) => {
    const { ask } = corp({ algorithms: ['RS256', 'ES256'], keys: [rsa.jwk] });
    expect(reason(await ask(signed(key, { ...good, alg, kid: key.kid }, claims(), alg)))).toBe('wrong_algorithm');
  });

  test('with an alg of another kind of key is refused (A4)', async () => {
    expect(await sent({ ...good, alg: 'RS256' })).toBe('wrong_key');
    expect(await sent({ ...good, alg: 'EdDSA' })).toBe('wrong_key');
  });

  test.each([
    '../../dev/null',
    "'; DROP",
    'x'.repeat(257),
    ['e1'],
    1,
    {},
    null,
    '__proto__',
    'constructor',
    '*',
    'toString',
  ])('with the kid %j is refused (A5)', async (kid) => {
    expect(['malformed_kid', 'unknown_key', 'malformed_token']).toContain(await sent({ ...good, kid }));
  });

  test('without a kid means the only key there is, and none of several', async () => {
    const header = { alg: 'ES256', typ: 'at+jwt' };
    expect(await corp({ keys: [ec.jwk] }).ask(signed(ec, header, claims()))).toHaveProperty('principal');
    expect(reason(await corp().ask(signed(ec, header, claims())))).toBe('unknown_key');
  });

  test.each(['jwk', 'jku', 'x5u', 'x5c', 'crit', 'b64', 'zip', 'enc'])(
    'that has %s is refused (A6, A7)',
    async (name) => {
      const value = { jwk: ec.jwk, jku: 'https://evil.example.com', crit: ['exp'], b64: false }[name] ?? 'x';
      expect(await sent({ ...good, [name]: value })).toBe('refused_header');
    },
  );

  test.each(['JWT', undefined, 'dpop+jwt', 'id+jwt', 'application/jwt', 7])(
    'with typ %j is no access token (A13)',
    async (typ) => {
      expect(await sent({ ...good, typ })).toBe('wrong_type');
    },
  );

  test.each(['at+jwt', 'AT+JWT', 'application/at+jwt'])('with typ %s is one', async (typ) => {
    expect(await corp().ask(signed(ec, { ...good, typ }, claims()))).toHaveProperty('principal');
  });

  test('with another type is accepted where the issuer makes such', async () => {
    for (const typ of ['JWT', undefined, 'JOSE']) {
      expect(await corp({ type: 'jwt' }).ask(signed(ec, { ...good, typ }, claims()))).toHaveProperty('principal');
      expect(await corp({ type: 'any' }).ask(signed(ec, { ...good, typ }, claims()))).toHaveProperty('principal');
    }
    expect(reason(await corp({ type: 'jwt' }).ask(token(ec)))).toBe('wrong_type');
  });
});

describe('times', () => {
  const at = async (change: object, settings: object = {}) =>
    reason(await corp(settings).ask(token(ec, { ...change })));

  test.each([
    [1, undefined],
    [29, undefined],
    [30, 'token_expired'],
    [31, 'token_expired'],
  ])('%i s after its end, with 30 s for clocks that differ (A8)', async (ago, expected) => {
    expect(await at({ iat: NOW - 300, exp: NOW - ago })).toBe(expected);
  });

  test('a token that was accepted ends at the same moment (A8)', async () => {
    const { ask, pass, counts } = corp();
    const [socket, good] = [{}, token(ec)];
    for (let i = 0; i < 2; i++) expect(await ask(good, undefined, socket)).toHaveProperty('principal');
    pass(319_999);
    expect(await ask(good, undefined, socket)).toHaveProperty('principal');
    expect(counts.verifications).toBe(1);
    pass(1);
    expect(reason(await ask(good, undefined, socket))).toBe('token_expired');
    expect(reason(await ask(good))).toBe('token_expired');
  });

  test.each([
    ['no exp', { exp: undefined }, 'wrong_exp'],
    ['exp as a text', { exp: String(NOW + 60) }, 'wrong_exp'],
    ['exp null', { exp: null }, 'wrong_exp'],
    ['exp far away', { exp: 1e300 }, 'lifetime_too_long'],
    ['exp negative', { exp: -1 }, 'token_expired'],
    ['a life of 30 days', { exp: NOW + 2_592_000 }, 'lifetime_too_long'],
    ['a life of an hour and a second', { iat: NOW, exp: NOW + 3_601 }, 'lifetime_too_long'],
    ['no iat', { iat: undefined }, 'wrong_iat'],
    ['iat in the future', { iat: NOW + 31, exp: NOW + 60 }, 'token_not_yet_valid'],
    ['nbf in the future', { nbf: NOW + 31 }, 'token_not_yet_valid'],
    ['nbf as a text', { nbf: 'x' }, 'wrong_nbf'],
  ])('%s is refused (A10)', async (_, change, expected) => {
    expect(await at(change)).toBe(expected);
  });

  test('numbers beyond all bounds are refused (A10)', async () => {
    const { ask } = corp();
    for (const exp of ['1e999', '-1e999']) {
      const text = JSON.stringify(claims({ exp: 0 })).replace('"exp":0', `"exp":${exp}`);
      expect(reason(await ask(signed(ec, { alg: 'ES256', typ: 'at+jwt', kid: 'e1' }, text)))).toBeDefined();
    }
  });

  test('a life of an hour is accepted, and a longer one where the issuer may', async () => {
    expect(await at({ iat: NOW, exp: NOW + 3_600 })).toBeUndefined();
    expect(await at({ iat: NOW, exp: NOW + 7_200 }, { maxLifetimeSeconds: 7_200 })).toBeUndefined();
  });

  test('a token whose time comes is accepted then', async () => {
    const { ask, pass } = corp();
    const early = token(ec, { nbf: NOW + 40 });
    expect(reason(await ask(early))).toBe('token_not_yet_valid');
    pass(10_000);
    expect(await ask(early)).toHaveProperty('principal');
  });

  test('a clock that jumps ahead ends tokens that were accepted; one that jumps back extends nothing that is remembered (A31)', async () => {
    const { ask, clock, counts } = corp();
    const [socket, good] = [{}, token(ec)];
    for (let i = 0; i < 2; i++) await ask(good, undefined, socket);
    clock.now += 3_600_000;
    expect(reason(await ask(good, undefined, socket))).toBe('token_expired');

    const back = corp();
    for (let i = 0; i < 2; i++) await back.ask(good, undefined, socket);
    expect(back.counts.verifications).toBe(1);
    back.clock.now -= 3_600_000;
    back.clock.steady += 320_000;
    // The time of day says that it was not issued yet; what is remembered has ended, so that is asked.
    expect(reason(await back.ask(good, undefined, socket))).toBe('token_not_yet_valid');
    expect(counts.verifications).toBe(2);
  });
});

describe('claims', () => {
  const sent = async (change: object, settings: object = {}) =>
    reason(await corp(settings).ask(token(ec, { ...change })));

  test.each([undefined, 'https://other.example.com', [], ['x', 7], {}, `${AUDIENCE}/`, [[AUDIENCE]]])(
    'with the audience %j are refused (A12)',
    async (aud) => {
      expect(await sent({ aud })).toBe('wrong_aud');
    },
  );

  test.each([undefined, `${ISSUER}/`, 'HTTPS://login.example.com', [ISSUER], 7, '__proto__'])(
    'with the issuer %j are refused',
    async (iss) => {
      expect(await sent({ iss })).toBe('unknown_issuer');
    },
  );

  test.each([
    { nonce: 'n' },
    { at_hash: 'x' },
    { c_hash: 'x' },
    { typ: 'Refresh' },
    { typ: 'ID' },
    { token_use: 'id' },
  ])('%j are of another kind of token, also where the header does not say so (A13)', async (change) => {
    expect(await sent(change)).toBe('no_access_token');
  });

  test('that must be there with a value are', async () => {
    const settings = { requiredClaims: { azp: ['shop', 'till'], verified: true } };
    expect(await sent({ azp: 'till', verified: true }, settings)).toBeUndefined();
    for (const change of [{}, { azp: 'till' }, { azp: 'x', verified: true }, { azp: 'till', verified: 'true' }])
      expect(await sent(change, settings)).toBe('required_claim');
  });

  test('of more scopes or queues than anybody needs are refused before the signature (A15)', async () => {
    const { ask, counts } = corp({ queues: { claim: 'queues' } });
    const many = (count: number) => Array.from({ length: count }, (_, i) => i.toString(36));
    expect(reason(await ask(token(ec, { queues: ['a'], scope: many(101).join(' ') })))).toBe('too_many_claims');
    expect(reason(await ask(token(ec, { queues: many(1_001) })))).toBe('too_many_claims');
    expect(reason(await ask(token(ec, { pad: 'x'.repeat(8_192) })))).toBe('token_too_long');
    expect(reason(await ask(`ey.${'x'.repeat(100_000)}`))).toBe('token_too_long');
    expect(counts.verifications).toBe(0);
  });
});

describe('the form', () => {
  const good = token(ec);
  const [header = '', payload = '', signature = ''] = good.split('.');
  const other = token(ec, { sub: 'other' }).split('.')[2];
  const loose = signature.slice(0, -1) + String.fromCharCode(signature.charCodeAt(signature.length - 1) + 1);

  test.each<[string, string]>([
    ['the signature of another token', `${header}.${payload}.${other}`],
    ['a signature cut short', good.slice(0, -4)],
    ['no signature', `${header}.${payload}.`],
    ['padding', `${good}==`],
    ['padding inside', `${header}=.${payload}.${signature}`],
    ['plain Base64', `${header}.${payload}.${signature.slice(0, -2)}+/`],
    ['loose last bits', `${header}.${payload}.${loose}`],
    ['five parts', `${good}.x.y`],
    ['two parts', `${header}.${payload}`],
    ['a dot more', `${good}.`],
    ['an empty header', `.${payload}.${signature}`],
    ['no JSON', `eyJ.${payload}.${signature}`],
    ['a list as header', `${Buffer.from('[{"a":1}]').toString('base64url')}.${payload}.${signature}`],
  ])('with %s is refused (A14)', async (_, text) => {
    const answer = await corp().ask(text);
    // What does not look like a JWT is nobody's.
    if (answer !== undefined) expect(['malformed_token', 'wrong_signature']).toContain(reason(answer));
  });

  test('changed in a single character is no token any more (A14)', async () => {
    const wide = { burst: 10_000, refillMs: 1 };
    const bounds = {
      gate: { concurrency: 4, waiting: 1, waitingPerSource: 1 },
      rates: { pair: wide, source: wide, all: wide },
    };
    const { ask } = jwtMechanism(believing([written({ keys })]), { bounds });
    for (let at = 0; at < good.length; at++) {
      const other = good[at] === 'A' ? 'B' : 'A';
      expect((await ask(good.slice(0, at) + other + good.slice(at + 1))) ?? {}, `character ${at}`).not.toHaveProperty(
        'principal',
      );
    }
    expect(await ask(good)).toHaveProperty('principal');
  });

  test('of bytes that are no UTF-8 is refused', async () => {
    const bytes = Buffer.concat([Buffer.from('{"alg":"ES256","kid":"'), Buffer.from([0xff]), Buffer.from('"}')]);
    expect(reason(await corp().ask(`${bytes.toString('base64url')}.${payload}.${signature}`))).toBe('malformed_token');
  });
});

describe('two issuers', () => {
  const ours = issuerKey('ES256', 'k1');
  const theirs = issuerKey('ES256', 'k1');
  const second = 'https://second.example.com';
  const both = (change: object = {}) =>
    jwtMechanism(
      believing([
        written({ keys: [ours.jwk], tenant: 'acme' }),
        written({
          name: 'second',
          issuer: second,
          keys: [theirs.jwk],
          tenant: { claim: 'tenant', allow: ['beta', 'b-*'] },
          ...change,
        }),
      ]),
    );

  test('each verify with their own keys, whatever the kid (A26)', async () => {
    const { ask } = both();
    expect(await ask(token(ours))).toMatchObject({ principal: { id: 'corp/shop', tenant: 'acme' } });
    expect(await ask(token(theirs, { iss: second, tenant: 'beta' }))).toMatchObject({
      principal: { id: 'second/shop', tenant: 'beta' },
    });
    expect(reason(await ask(token(theirs)))).toBe('wrong_signature');
    expect(reason(await ask(token(ours, { iss: second, tenant: 'beta' })))).toBe('wrong_signature');
  });

  test.each(['acme', '*', '_default', 'betas', 'B-x', '', ['beta'], undefined])(
    'speak for no tenant but their own: %j (A26)',
    async (tenant) => {
      expect(['tenant_not_allowed', 'no_tenant']).toContain(
        reason(await both().ask(token(theirs, { iss: second, tenant }))),
      );
    },
  );

  test('name no principal of each other (A26)', async () => {
    const { ask } = both({ principalPrefix: '' });
    const say = async (sub: string) => ask(token(theirs, { iss: second, tenant: 'b-1', sub }));
    expect(await say('shop')).toMatchObject({ principal: { id: 'shop', tenant: 'b-1' } });
    expect(reason(await say('corp/shop'))).toBe('principal_of_another_issuer');
  });
});

describe('wrong tokens', () => {
  const wrong = (n: number) => token(ec, { jti: `wrong-${n}`, aud: 'x' });

  test('that are repeated cost one verification', async () => {
    const { ask, counts } = corp();
    const bad = wrong(1);
    for (let i = 0; i < 5; i++) expect(reason(await ask(bad))).toBe('wrong_aud');
    expect(counts.verifications).toBe(1);
  });

  test('of one address cost a bounded number of verifications, and a good one from elsewhere, or known, is not held up', async () => {
    const bounds = {
      gate: { concurrency: 2, waiting: 100, waitingPerSource: 50 },
      rates: {
        pair: { burst: 5, refillMs: 1_000 },
        source: { burst: 5, refillMs: 1_000 },
        all: { burst: 50, refillMs: 100 },
      },
    };
    const { ask, counts, pass } = jwtMechanism(believing([written({ keys })]), { bounds });
    await ask(token(ed), '198.51.100.1');
    const answers = await Promise.all(Array.from({ length: 40 }, (_, i) => ask(wrong(i), '198.51.100.1')));
    expect(answers.filter((answer) => reason(answer) === 'wrong_aud')).toHaveLength(5);
    expect(answers.filter((answer) => reason(answer) === 'too_many_failures')).toHaveLength(35);
    expect(counts.verifications).toBe(6);
    expect(ask(token(ed), '198.51.100.1')).toHaveProperty('principal');
    expect(await ask(token(ec), '198.51.100.2')).toHaveProperty('principal');
    expect(await ask(token(rsa), '198.51.100.1')).toMatchObject({ answer: 'rate_limited', retryAfterSeconds: 1 });
    pass(1_000);
    expect(await ask(token(rsa), '198.51.100.1')).toHaveProperty('principal');
  });
});

import { type PrivateRedis, startRedis } from '@ojs/dev';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { proofMaker } from '../../../test/dpop-client.ts';
import type { Subject } from '../../access/decide.ts';
import { type Connections, connect } from '../../redis/connect.ts';
import { identify } from '../identify.ts';
import type { Asking, Binding, ClientCertificate, Identified, Mechanism, Proof } from '../identity.ts';
import { possession } from './possession.ts';
import { Proofs } from './proofs.ts';
import { BindingRules } from './settings.ts';

const ORIGIN = 'https://jobs.example.com';
const PATH = '/ojs/v1/jobs';
const TOKEN = 'TOKEN';

let server: PrivateRedis;
let redis: Connections;
let proofs: Proofs;
beforeAll(async () => {
  server = await startRedis();
  redis = await connect({ urls: [server.url] }, () => undefined);
  proofs = new Proofs({ redis: redis.client });
});
afterAll(async () => {
  await redis.close();
  await server.stop();
});

const subject = (id = 'shop'): Subject => ({
  ...{ id, tenant: 'acme', plane: 'producer', roles: ['producer'], grants: [], mfa: false },
  credential: { kind: 'jwt', id: 'k' },
});
const certificate = (thumbprint: string): ClientCertificate => ({
  ...{ thumbprint, serial: '01', authority: 'corp', tenant: 'acme', notAfter: 0 },
  names: { dns: [], uri: [], email: [] },
});

interface Setting {
  readonly binding?: Binding;
  readonly rules?: Partial<BindingRules>;
  /** Whom the certificate stands for; absent: it only binds. */
  readonly standsFor?: string;
}

/** A server whose every token is bound as said, and a request to it. */
function ask({ binding, rules, standsFor }: Setting, asking: Partial<Asking>): Promise<Identified> | Identified {
  const header: Mechanism = () => ({ principal: subject(), ...(binding && { binding }) });
  const byCertificate: Mechanism = () => (standsFor === undefined ? undefined : { principal: subject(standsFor) });
  const prove = possession({ proofs, rules: () => BindingRules.parse(rules ?? {}), origins: () => [ORIGIN] });
  const mechanisms = { header: [header], certificate: byCertificate, prove };
  return identify(mechanisms, { authorizationCount: 1, sourceIp: '192.0.2.1', ...asking });
}

const refused = (reason: string) => expect.objectContaining({ refused: reason });
const admitted = expect.objectContaining({ principal: expect.objectContaining({ id: 'shop' }) });
const bearer = { authorization: `Bearer ${TOKEN}` };
const me = proofMaker();
const proofOf = (header: string): Proof => ({ header, method: 'POST', path: PATH });
const proven = (maker = me, token = TOKEN): Partial<Asking> => ({
  authorization: `DPoP ${token}`,
  proof: proofOf(maker.prove({ method: 'POST', url: ORIGIN + PATH, token })),
});

describe('a token that is bound to a certificate', () => {
  const binding: Binding = { kind: 'certificate', thumbprint: 'mine' };

  test('is worth nothing on a connection without it, or with another', () => {
    expect(ask({ binding }, { ...bearer, certificate: certificate('mine') })).toEqual(admitted);
    expect(ask({ binding }, bearer)).toEqual(refused('no_certificate'));
    expect(ask({ binding }, { ...bearer, certificate: certificate('yours') })).toEqual(refused('another_certificate'));
  });

  test('is not proven by a DPoP proof', async () => {
    expect(await ask({ binding }, { ...proven(), certificate: certificate('mine') })).toEqual(
      refused('unbound_token_with_proof'),
    );
  });
});

describe('a token that is bound to a key', () => {
  const binding: Binding = { kind: 'dpop', thumbprint: me.thumbprint };

  test('is accepted with a proof, and each proof for one request', async () => {
    const asking = proven();
    expect(await ask({ binding }, asking)).toEqual(admitted);
    const replayed = { ...asking, proof: proofOf(asking.proof?.header ?? '') };
    expect(await ask({ binding }, replayed)).toEqual(refused('proof_used_before'));
  });

  test.each([
    ['as Bearer', () => bearer, 'bound_token_as_bearer'],
    ['as Bearer with a proof', () => ({ ...proven(), ...bearer }), 'bound_token_as_bearer'],
    ['without a proof', () => ({ authorization: `DPoP ${TOKEN}` }), 'no_proof'],
    ['with a proof by another key', () => proven(proofMaker()), 'proof_with_another_key'],
    [
      'with a proof for another token',
      () => ({ ...proven(me, 'OTHER'), authorization: `DPoP ${TOKEN}` }),
      'proof_for_another_token',
    ],
  ])('that was stolen is worth nothing %s', async (_, asking, reason) => {
    expect(await ask({ binding }, asking())).toEqual(refused(reason));
  });

  test('whose request is identified anew, since access changed under it, needs no second proof', async () => {
    const header: Mechanism = () => ({ principal: subject(), binding });
    const prove = possession({ proofs, rules: () => BindingRules.parse({}), origins: () => [ORIGIN] });
    const asking = { authorizationCount: 1, sourceIp: '192.0.2.1', ...proven() };
    expect(await identify({ header: [header], prove }, asking)).toEqual(admitted);
    expect(await identify({ header: [header], prove }, { ...asking })).toEqual(admitted);
    const other: Binding = { kind: 'dpop', thumbprint: proofMaker().thumbprint };
    const another: Mechanism = () => ({ principal: subject(), binding: other });
    expect(await identify({ header: [another], prove }, asking)).toEqual(refused('proof_with_another_key'));
  });
});

test('a credential that is bound to nothing is refused with the scheme that says it is', async () => {
  expect(await ask({}, proven())).toEqual(refused('unbound_token_with_proof'));
  expect(await ask({}, { ...proven(), authorization: `dpop ${TOKEN}` })).toEqual(refused('unbound_token_with_proof'));
  expect(ask({}, bearer)).toEqual(admitted);
});

describe('a plane whose credentials must be bound', () => {
  const toKey: Binding = { kind: 'dpop', thumbprint: me.thumbprint };
  const toCertificate: Binding = { kind: 'certificate', thumbprint: 'mine' };
  const withCertificate = { ...bearer, certificate: certificate('mine') };
  const CASES: [
    rule: BindingRules['worker'],
    what: string,
    setting: Setting,
    asking: () => Partial<Asking>,
    good: boolean,
  ][] = [
    ['none', 'unbound', {}, () => bearer, true],
    ['any', 'unbound', {}, () => bearer, false],
    ['any', 'bound to a key', { binding: toKey }, proven, true],
    ['any', 'bound to a certificate', { binding: toCertificate }, () => withCertificate, true],
    ['certificate', 'unbound, beside a certificate that stands for nobody', {}, () => withCertificate, false],
    [
      'certificate',
      'unbound, beside a certificate of the same principal',
      { standsFor: 'shop' },
      () => withCertificate,
      true,
    ],
    ['certificate', 'bound to a key', { binding: toKey }, proven, false],
    [
      'certificate',
      'bound to a key, beside a certificate of the same principal',
      { binding: toKey, standsFor: 'shop' },
      () => ({ ...proven(), certificate: certificate('mine') }),
      true,
    ],
    ['dpop', 'bound to a key', { binding: toKey }, proven, true],
    ['dpop', 'bound to a certificate', { binding: toCertificate }, () => withCertificate, false],
    [
      'dpop',
      'unbound, beside a certificate of the same principal',
      { standsFor: 'shop' },
      () => withCertificate,
      false,
    ],
  ];

  test.each(CASES)('%s: a credential %s', async (rule, _, setting, asking, good) => {
    const answer = await ask({ ...setting, rules: { producer: rule } }, asking());
    expect(answer).toEqual(good ? admitted : refused('unbound_credential'));
  });

  test('takes a certificate that is all that was presented', () => {
    const setting: Setting = { standsFor: 'shop', rules: { producer: 'certificate' } };
    expect(ask(setting, { authorizationCount: 0, certificate: certificate('mine') })).toEqual(admitted);
  });

  test('is not another plane', () => {
    expect(ask({ rules: { worker: 'any', admin: 'dpop' } }, bearer)).toEqual(admitted);
  });
});

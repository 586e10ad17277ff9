import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { Secret } from '../../config/secret.ts';
import { Registrations, registrationMistakes } from './settings.ts';
import { SharedSecrets } from './shared-secrets.ts';

const drawn = (): string => randomBytes(32).toString('base64url');
const pool = { id: 'pool', secret: 'POOL', principal: 'pool@workers', queues: ['gpu.*'] };
const mail = { id: 'mail', secret: 'MAIL', principal: 'mail@workers', tenant: 'acme' };

/** Secrets as the server has them, and what replaces one. */
function aServer(registrations: object[] = [pool, mail]) {
  const values = new Map([
    ['POOL', new Secret(drawn())],
    ['MAIL', new Secret(drawn())],
  ]);
  const before = new Map<string, Secret>();
  const weak: string[] = [];
  let file = Registrations.parse(registrations);
  const shared = new SharedSecrets({
    registrations: () => file,
    secrets: { get: (name) => values.get(name), has: (name) => values.has(name), previous: (name) => before.get(name) },
    onWeak: (name, why) => weak.push(`${name} ${why}`),
  });
  return {
    shared,
    weak,
    values,
    before,
    text: (name: string) => values.get(name)?.reveal() as string,
    write: (next: object[]) => {
      file = Registrations.parse(next);
    },
  };
}

/** What a token that is issued for the secret comes of. */
function rootOf(shared: SharedSecrets, text: string) {
  const { credential, grounds } = shared.find(text) ?? {};
  if (credential === undefined) throw new Error('the secret is not accepted');
  return { ...credential, grounds };
}

test('a secret makes a worker of its registration, and of no other', () => {
  const { shared, text } = aServer();
  expect(shared.find(text('POOL'))).toMatchObject({
    ...{ id: 'pool@workers', tenant: '_default', plane: 'worker', roles: ['worker'], queues: ['gpu.*'], mfa: false },
    vouchedBy: 'registration:pool',
  });
  expect(shared.find(text('MAIL'))).toMatchObject({ id: 'mail@workers', tenant: 'acme', queues: ['*'] });
  expect(shared.find(text('MAIL'))).toBe(shared.find(text('MAIL')));
  for (const wrong of ['', drawn(), text('POOL').slice(1), `${text('POOL')}=`, text('POOL').toLowerCase()]) {
    expect(shared.find(wrong)).toBeUndefined();
  }
});

test('a secret that was replaced counts while it is the one before, or is set as the one before', () => {
  const { shared, text, values, before } = aServer();
  const old = text('POOL');
  values.set('POOL', new Secret(drawn()));
  expect(shared.find(old)).toBeUndefined();
  before.set('POOL', new Secret(old));
  expect(shared.find(old)).toMatchObject({ id: 'pool@workers' });
  expect(shared.find(text('POOL'))).toMatchObject({ id: 'pool@workers' });
  before.delete('POOL');
  expect(shared.find(old)).toBeUndefined();
  values.set('POOL_PREVIOUS', new Secret(old));
  expect(shared.find(old)).toMatchObject({ id: 'pool@workers' });
});

test('a weak secret that comes into force while the server runs is not accepted, and told once', () => {
  const { shared, values, weak } = aServer();
  values.set('POOL', new Secret('x'.repeat(43)));
  for (let i = 0; i < 3; i++) expect(shared.find('x'.repeat(43))).toBeUndefined();
  expect(weak).toEqual([expect.stringMatching(/^POOL is not random/)]);
});

test('what was issued counts as long as the registration says the same', () => {
  const { shared, text, write } = aServer();
  const root = rootOf(shared, text('POOL'));
  expect(shared.vouches({ ...root, kind: 'jwt' })).toBe(false);
  expect(shared.vouches(root)).toBe(true);
  write([mail, { ...pool }]);
  expect(shared.vouches(root)).toBe(true);
  for (const change of [{ principal: 'x' }, { tenant: 'acme' }, { roles: ['producer'] }, { queues: ['gpu.a'] }]) {
    write([{ ...pool, ...change }]);
    expect(shared.vouches(root), JSON.stringify(change)).toBe(false);
  }
  write([mail]);
  expect(shared.vouches(root)).toBe(false);
});

test('what was issued counts as long as the secret that it was issued for', () => {
  const { shared, text, values, before } = aServer();
  const [old, root] = [text('POOL'), rootOf(shared, text('POOL'))];
  values.set('POOL', new Secret(drawn()));
  before.set('POOL', new Secret(old));
  expect(shared.vouches(root)).toBe(true);
  const after = rootOf(shared, text('POOL'));
  before.delete('POOL');
  expect(shared.vouches(root)).toBe(false);
  expect(shared.vouches(after)).toBe(true);
});

test('what is wrong with registrations is told by place, without the secret', () => {
  const weak = 'x'.repeat(43);
  const secrets = new Map([
    ['POOL', new Secret(drawn())],
    ['WEAK', new Secret(weak)],
  ]);
  const registrations = Registrations.parse([
    pool,
    { ...pool, principal: 'again' },
    { ...pool, id: 'weak', secret: 'WEAK' },
    { ...pool, id: 'gone', secret: 'GONE' },
  ]);
  const mistakes = registrationMistakes({ registrations }, secrets);
  expect(mistakes).toEqual([
    'registrations.1.id: is used twice',
    'registrations.1.secret: belongs to another registration already',
    expect.stringMatching(/^registrations\.2\.secret: OJS_SECRET_WEAK is not random/),
    'registrations.3.secret: OJS_SECRET_GONE is not set',
  ]);
  expect(mistakes.join()).not.toContain(weak);
  expect(registrationMistakes({ registrations: [registrations[3] as never] }, undefined)).toEqual([]);
});

test.each([
  [{ ...pool, secret: drawn() }],
  [{ ...pool, secret: 'pool' }],
  [{ ...pool, id: 'A B' }],
  [{ ...pool, principal: undefined }],
  [{ ...pool, queues: [] }],
  [{ ...pool, more: 1 }],
])('%j is no registration', (registration) => {
  expect(Registrations.safeParse([registration]).success).toBe(false);
});

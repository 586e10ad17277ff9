import { expect, test } from 'vitest';
import type { Subject } from '../access/decide.ts';
import { scopeOf } from './scope.ts';

const rights = { tenant: 'acme', plane: 'producer', roles: ['producer'], grants: [], queues: ['a'] } as const;
const subject: Subject = {
  ...rights,
  roles: ['producer'],
  grants: [],
  id: 'shop',
  mfa: true,
  credential: { kind: 'api_key', id: 'k1' },
};

test('a scope is all that limits the credential, and which stored one it was', () => {
  const narrowed = { types: ['email.*'] };
  expect(scopeOf({ ...subject, narrowed })).toEqual({ ...rights, narrowed, credential: 'k1' });
});

test('of a token that was made of a key names the key, and stays the same for the next such token', () => {
  const token = (jti: string): Subject => ({
    ...subject,
    credential: { kind: 'token', id: jti },
    lineage: { root: { kind: 'api_key', id: 'k1' }, parents: [] },
  });
  expect(scopeOf(token('one'))).toEqual({ ...rights, credential: 'k1' });
  expect(scopeOf(token('two'))).toEqual(scopeOf(token('one')));
});

test('of a principal that others vouch for names them, and no credential', () => {
  expect(scopeOf({ ...subject, credential: { kind: 'jwt', id: 'jti' }, vouchedBy: 'corp' })).toEqual({
    ...rights,
    vouchedBy: 'corp',
  });
});

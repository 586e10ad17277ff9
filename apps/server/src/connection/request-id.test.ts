import { expect, it } from 'vitest';
import { requestIdOf } from './request-id.ts';

it('a request id is kept only where it is safe', () => {
  const of = (id: string | string[] | undefined) => requestIdOf({ headers: { 'x-request-id': id } } as never);
  expect(of('req_1:a.B-2')).toBe('req_1:a.B-2');
  for (const bad of ['a\r\nb', 'a b', '', 'x'.repeat(129), undefined]) expect(of(bad)).toMatch(/^req_[0-9a-f-]{36}$/);
});

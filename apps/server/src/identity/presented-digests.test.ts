import { expect, test } from 'vitest';
import { keyOf, PresentedDigests } from './presented-digests.ts';

test('digests of one process say nothing to another', () => {
  const [one, other] = [new PresentedDigests(), new PresentedDigests()];
  expect(keyOf(one.of('token'))).toBe(keyOf(one.of('token')));
  expect(keyOf(one.of('token'))).not.toBe(keyOf(other.of('token')));
});

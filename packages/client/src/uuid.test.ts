import { JobId } from '@ojs/schema';
import { expect, it } from 'vitest';
import { isJobId, uuidv7 } from './uuid.ts';

it('makes ids that the server takes, each another', () => {
  const ids = Array.from({ length: 2_000 }, () => uuidv7());
  expect(new Set(ids).size).toBe(2_000);
  expect(ids.every((id) => JobId.safeParse(id).success && isJobId(id))).toBe(true);
});

it('puts the time first, so that ids sort by it', () => {
  expect(uuidv7(0x0123456789ab).slice(0, 13)).toBe('01234567-89ab');
  expect(uuidv7(1).slice(0, 13)).toBe('00000000-0001');
});

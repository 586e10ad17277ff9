import { expect, it } from 'vitest';
import { uuidV7 } from './uuid.ts';

it('is a UUIDv7 whose first 48 bits are the time, and never the same twice', () => {
  const now = Date.parse('2026-02-12T10:30:00.123Z');
  const ids = Array.from({ length: 10_000 }, () => uuidV7(now));
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) {
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)).toBe(now);
  }
});

import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createSealer, UnsealFailure } from './seal.ts';

const [one, other] = [randomBytes(32), randomBytes(32)];

describe('what is sealed', () => {
  const sealer = createSealer(one);
  const sealed = sealer.seal('place a', 'a secret');

  it('opens where it was sealed, and does not show what it holds', () => {
    expect(sealer.open('place a', sealed)).toBe('a secret');
    expect(sealed).not.toContain(Buffer.from('a secret').toString('base64url'));
  });

  it('is different each time', () => {
    expect(sealer.seal('place a', 'a secret')).not.toBe(sealed);
  });

  it('opens nowhere else', () => {
    expect(() => sealer.open('place b', sealed)).toThrow(UnsealFailure);
  });

  it('does not open when any character of it was changed', () => {
    for (let at = sealed.lastIndexOf('.') + 1; at < sealed.length - 1; at++) {
      const changed = sealed.slice(0, at) + (sealed[at] === 'A' ? 'B' : 'A') + sealed.slice(at + 1);
      expect(() => sealer.open('place a', changed)).toThrow(UnsealFailure);
    }
  });

  it.each(['', 'v1', 'v1..', 'v1.00000000.AAAA', 'plain'])('%o is refused', (text) => {
    expect(() => sealer.open('place a', text)).toThrow(UnsealFailure);
  });

  it('opens after the server key was replaced, as long as the one before it is named', () => {
    const rotated = createSealer(other, [one]);
    expect(rotated.open('place a', sealed)).toBe('a secret');
    expect(rotated.isCurrent(sealed)).toBe(false);
    expect(rotated.isCurrent(rotated.seal('place a', 'a secret'))).toBe(true);
    expect(() => createSealer(other).open('place a', sealed)).toThrow(UnsealFailure);
  });
});

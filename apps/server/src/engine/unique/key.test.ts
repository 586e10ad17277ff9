import { createHash } from 'node:crypto';
import { effectiveUnique, type UniquePolicy } from '@ojs/schema';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonical, uniquenessKey } from './key.ts';

const JOB = {
  type: 'email.send',
  queue: 'notifications',
  args: [{ user_id: 42, template: 'welcome', locale: 'en-US' }],
  meta: { tenant_id: 'acme', trace_id: 'abc123' },
};
const keyOf = (policy: UniquePolicy, more: Partial<typeof JOB> | { args: unknown[] } = {}): string =>
  uniquenessKey({ ...JOB, ...more }, effectiveUnique(policy));
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

describe('the uniqueness key (ojs-unique-jobs §4)', () => {
  it.each<[UniquePolicy, string]>([
    [{}, '{"type":"email.send"}'],
    [{ keys: ['queue'] }, '{"queue":"notifications","type":"email.send"}'],
    [
      { keys: ['type', 'queue', 'args'], args_keys: ['user_id'] },
      '{"args":{"user_id":42},"queue":"notifications","type":"email.send"}',
    ],
    [{ key: ['user_id'] }, '{"args":{"user_id":42},"type":"email.send"}'],
    [{ args_keys: ['user_id'] }, '{"args":{"user_id":42},"type":"email.send"}'],
    [
      { keys: ['args'], args_keys: null },
      '{"args":[{"locale":"en-US","template":"welcome","user_id":42}],"type":"email.send"}',
    ],
    [{ keys: ['meta'], meta_keys: ['tenant_id', 'none'] }, '{"meta":{"tenant_id":"acme"},"type":"email.send"}'],
    [{ key: ['type', 'args'] }, '{"args":[{"locale":"en-US","template":"welcome","user_id":42}],"type":"email.send"}'],
    [{ key: [] }, '{"args":[{"locale":"en-US","template":"welcome","user_id":42}],"type":"email.send"}'],
  ])('of %j is the hash of %s', (policy, text) => expect(keyOf(policy)).toBe(sha256(text)));

  it('is another one for each version (ojs-job-versioning §15.5)', () => {
    const versioned = (version: string | number) => uniquenessKey({ ...JOB, version }, effectiveUnique({}));
    expect(versioned('2.0')).toBe(sha256('{"type":"email.send","version":"2.0"}'));
    expect(versioned(2)).toBe(versioned('2'));
  });

  it('takes a named argument from wherever it stands, and a number as a place', () => {
    const policy = { key: ['0', 'b'] };
    expect(keyOf(policy, { args: ['x', { a: 1 }, { b: 2 }, { b: 3 }] })).toBe(
      sha256('{"args":{"0":"x","b":2},"type":"email.send"}'),
    );
  });

  it('looks at each argument once, however many names there are', () => {
    let looks = 0;
    const look = <T>(found: T): T => {
      looks++;
      return found;
    };
    const handler = { ownKeys: () => look([]), getOwnPropertyDescriptor: () => look(undefined) };
    const args = Array.from({ length: 10 }, () => new Proxy({}, handler));
    keyOf({ key: Array.from({ length: 64 }, (_, i) => `name-${i}`) }, { args });
    expect(looks).toBe(10);
  });

  it('is the same for the same text in another Unicode form, of names as well', () => {
    const composed = [{ caf\u00e9: 'caf\u00e9' }];
    const combining = [{ 'cafe\u0301': 'cafe\u0301' }];
    expect(keyOf({ keys: ['args'] }, { args: composed })).toBe(keyOf({ keys: ['args'] }, { args: combining }));
  });

  it('does not depend on the order of names, at any depth; equal keys mean equal data', () => {
    const reversed = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(reversed);
      if (typeof value !== 'object' || value === null) return value;
      return Object.fromEntries(
        Object.entries(value)
          .reverse()
          .map(([name, each]) => [name, reversed(each)]),
      );
    };
    fc.assert(
      fc.property(fc.json({ maxDepth: 4 }), (text) => {
        const value: unknown = JSON.parse(text);
        expect(canonical(reversed(value))).toBe(canonical(value));
        expect(canonical(JSON.parse(canonical(value)))).toBe(canonical(value));
      }),
    );
  });

  it('writes numbers and strings as RFC 8785 does', () => {
    expect(canonical([1e21, 1e-7, 0.1, 333333333.3333333, '\u20ac$\u000f\nA\'B"\\\\"/', null, true])).toBe(
      '[1e+21,1e-7,0.1,333333333.3333333,"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/",null,true]',
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readJson } from './json.ts';
import { survivesDouble } from './json-number.ts';
import { Refusal } from './refusal.ts';

const read = (text: string | Buffer, depth = 32): unknown => readJson(Buffer.from(text as string), depth);
const rule = (text: string | Buffer, depth = 32): unknown => {
  try {
    read(text, depth);
    return undefined;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    expect(error.code).toBe('invalid_payload');
    return error.detail.details?.rule;
  }
};
const nested = (depth: number, open = '[', close = ']') => open.repeat(depth) + close.repeat(depth);

describe('depth', () => {
  it('accepts the limit and refuses one more', () => {
    expect(rule(nested(32))).toBeUndefined();
    expect(rule(nested(33))).toBe('depth');
  });

  it('refuses 500,000 levels of arrays, of objects and of both', () => {
    expect(rule(nested(500_000))).toBe('depth');
    expect(rule(nested(500_000, '{"a":', '}'))).toBe('depth');
    expect(rule(nested(500_000, '[{"a":', '}]'))).toBe('depth');
    expect(rule('['.repeat(500_000))).toBe('depth');
  });

  it('does not count brackets inside of strings, nor siblings', () => {
    expect(rule(JSON.stringify(['[{'.repeat(1_000), '"['.repeat(100)]))).toBeUndefined();
    expect(rule(JSON.stringify(Array(1_000).fill([[]])))).toBeUndefined();
  });
});

describe('keys', () => {
  it.each([
    ['twice', '{"queue":"a","queue":"b"}'],
    ['twice, once escaped', '{"queue":"a","qu\\u0065ue":"b"}'],
    ['twice, first escaped', '{"qu\\u0065ue":"a","queue":"b"}'],
    ['twice, escaped differently', '{"\\u00e9":1,"\\u00E9":2}'],
    ['twice, literal and escaped beyond ASCII', '{"é":1,"\\u00e9":2}'],
    ['twice, with a value between', '{"a":{"b":[1,{"c":2}]},"x":"}","a":1}'],
    ['twice in an inner object', '[{"a":1},{"a":{"b":1,"b":2}}]'],
    ['twice among many', `{${Array.from({ length: 100 }, (_, i) => `"k${i}":${i}`).join()},"k3":0}`],
    ['twice, both among the last of many', `{${Array.from({ length: 40 }, (_, i) => `"k${i}":${i}`).join()},"k39":0}`],
    ['empty twice', '{"":1,"":2}'],
  ])('refuses a key that comes %s', (_, text) => expect(rule(text)).toBe('duplicate_key'));

  it.each([
    '{"a":1,"b":{"a":1}}',
    '[{"a":1},{"a":1}]',
    '{"a":"a","b":"a"}',
    '{"a":[{"a":1}],"b":{"a":{"a":1}}}',
    '{"a":1,"A":2,"a ":3}',
    '{"a\\"":1,"a":2}',
  ])('accepts equal keys of different objects: %s', (text) => expect(read(text)).toEqual(JSON.parse(text)));

  it.each([
    '{"__proto__":{}}',
    '{"args":[{"__proto__":{"polluted":1}}]}',
    '{"\\u005f_proto__":1}',
    '{"a":1,"\\u005f\\u005fproto\\u005f\\u005f":1}',
    '{"constructor":{"prototype":{"polluted":1}}}',
    '{"meta":{"constructor":{"a":1,"prototyp\\u0065":1}}}',
    '{"c\\u006fnstructor":{"prototype":1}}',
  ])('refuses keys that poison prototypes: %s', (text) => expect(rule(text)).toBe('forbidden_key'));

  it.each([
    '["__proto__"]',
    '{"a":"__proto__"}',
    '{"constructor":1,"prototype":2}',
    '{"constructor":[{"prototype":1}]}',
  ])('accepts the same words where they do no harm: %s', (text) => expect(read(text)).toEqual(JSON.parse(text)));

  it('is not slowed down by keys with equal hashes', () => {
    // "Aa" and "BB" have the same hash with a factor of 31, and so has every mixture of them.
    const colliding = Array.from({ length: 4_096 }, (_, i) =>
      [...i.toString(2).padStart(12, '0')].map((bit) => (bit === '1' ? 'Aa' : 'BB')).join(''),
    );
    expect(rule(`{${colliding.map((key) => `"${key}":0`).join()}}`)).toBeUndefined();
    expect(rule(`{${[...colliding, colliding[7]].map((key) => `"${key}":0`).join()}}`)).toBe('duplicate_key');
  });
});

describe('numbers', () => {
  it.each([
    '9007199254740992',
    '-9007199254740993',
    '1e999',
    '-1e999',
    '1e-400',
    `1${'0'.repeat(399)}`,
    '9'.repeat(100_000),
    '0.1234567890123456789',
    '1.00000000000000000001',
    '-0',
    '-0.0',
    '-0e5',
    '123456789012345678e-2',
    '3e-324',
  ])('refuses %s, which double precision would change', (text) => {
    expect(rule(text)).toBe('number');
    expect(rule(`{"a":[${text}]}`)).toBe('number');
  });

  it.each([
    '9007199254740991',
    '-9007199254740991',
    '0',
    '0.0',
    '0.1',
    '1.10',
    '1e3',
    '1E+2',
    '1e21',
    '5e-324',
    '1.7976931348623157e308',
    '0.30000000000000004',
    '-0.5',
    '2.50',
    '0e10',
    '0.10000000000000001',
    '100000.000000000000000',
  ])('accepts %s, which it keeps', (text) => expect(read(text)).toBe(JSON.parse(text)));

  it('every double survives as JavaScript prints it', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const text = JSON.stringify(value);
        // Integers beyond 2^53 - 1 are refused as integers, whatever made them.
        const huge = /^-?\d+$/.test(text) && !Number.isSafeInteger(value);
        return survivesDouble(text) === !huge;
      }),
      { numRuns: 2_000 },
    );
  });

  it('a decimal is accepted exactly when printing it with as many digits gives it back', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 10n ** 22n }), fc.integer({ min: 1, max: 30 }), (digits, places) => {
        const padded = `${digits}`.padStart(places + 1, '0');
        const text = `${padded.slice(0, -places)}.${padded.slice(-places)}`;
        const written = `${digits}`.replace(/0+$/, '');
        const kept = BigInt(
          Number(text)
            .toPrecision(written.length)
            .replace(/e.*$/, '')
            .replace('.', '')
            .replace(/^0+|0+$/g, ''),
        );
        return survivesDouble(text) === (kept === BigInt(written.replace(/0+$/, '') || '0'));
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('text', () => {
  it('refuses an empty body', () => expect(rule('')).toBe('required'));
  it('refuses bytes that are not UTF-8', () => {
    for (const bytes of [[0xff], [0xc3, 0x28], [0xed, 0xa0, 0x80], [0xc0, 0xaf], [0xf8, 0x88, 0x80, 0x80, 0x80]]) {
      expect(rule(Buffer.concat([Buffer.from('{"a":"'), Buffer.from(bytes), Buffer.from('"}')]))).toBe('utf8');
    }
  });
  it.each([
    '{',
    '}',
    '{"a":1',
    '{"a"}',
    '[1,]',
    '{"a":1,}',
    "{'a':1}",
    '[1 2]',
    'nul',
    '"',
    '"a',
    '{"a":01}',
    '\ufeff{}',
    '{"a":"\\x"}',
    '{]',
    '[}',
    '{"\\u00":1}',
    '{"a":NaN}',
    '{"a":"\n"}',
    '1 1',
    '\0',
    '--1',
    '{"a\\"',
  ])('refuses %j, which is no JSON', (text) => expect(rule(text)).toBe('syntax'));
  it('never quotes the body', () => {
    for (const text of ['{"hunter2"', '{"a":hunter2}', '{"hunter2":1,"hunter2":2}']) {
      expect(() => read(text)).toThrow(expect.not.objectContaining({ message: expect.stringContaining('hunter2') }));
    }
  });
});

describe('against JSON.parse', () => {
  const tricky = fc.string({ unit: 'binary', maxLength: 12 });
  const { value } = fc.letrec<{ value: unknown; leaf: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 8 },
      tie('leaf'),
      fc.array(tie('value'), { maxLength: 5 }),
      fc.dictionary(tricky, tie('value'), { maxKeys: 25 }),
    ),
    leaf: fc.oneof(
      fc.boolean(),
      fc.constant(null),
      tricky,
      fc.maxSafeInteger(),
      fc.double({ noNaN: true, noDefaultInfinity: true, max: 1e9, min: -1e9 }).map((n) => n + 0.5),
    ),
  }));
  /** Writes JSON as JSON.stringify does, but every nth character of a string as an escape. */
  const write = (input: unknown, every: number): string => {
    if (typeof input === 'string') {
      const units = Array.from({ length: input.length }, (_, i) => input.charCodeAt(i).toString(16).padStart(4, '0'));
      const parts = units.map((unit, i) => (i % every === 0 ? `\\u${unit}` : JSON.stringify(input[i]).slice(1, -1)));
      return `"${parts.join('')}"`;
    }
    if (Array.isArray(input)) return `[${input.map((item) => write(item, every)).join(' , ')}]`;
    if (typeof input !== 'object' || input === null) return JSON.stringify(input);
    const entries = Object.entries(input).map(([key, item]) => `${write(key, every)} : ${write(item, every)}`);
    return `{\n${entries.join(',\t')}\r}`;
  };
  const ascii = fc.string({ unit: 'binary-ascii', maxLength: 12 });

  it('reads the same value from every text that JSON.stringify makes', () => {
    fc.assert(
      fc.property(value, (input) => {
        const text = JSON.stringify(input);
        if (/"__proto__"/.test(text)) return;
        expect(JSON.stringify(read(text))).toBe(text);
      }),
      { numRuns: 1_000 },
    );
  });

  it('reads the same value when strings and keys are written with escapes', () => {
    const flat = fc.dictionary(ascii, fc.oneof(ascii, fc.array(ascii)), { maxKeys: 40 });
    fc.assert(
      fc.property(flat, fc.integer({ min: 1, max: 4 }), (input, every) => {
        if (Object.hasOwn(input, '__proto__')) return;
        expect(JSON.stringify(read(write(input, every)))).toBe(JSON.stringify(input));
        const again = Object.keys(input)[0];
        if (again === undefined) return;
        const twice = write(input, every).replace(/\r}$/, () => `,${JSON.stringify(again)}:0}`);
        expect(rule(twice)).toBe('duplicate_key');
      }),
      { numRuns: 1_000 },
    );
  });

  it('accepts nothing that JSON.parse refuses, and refuses with a rule whatever is changed', () => {
    const text = '{"type":"a.b","args":[1,-2.5e3,"x\\"\\\\",{"k":[true,false,null]}],"meta":{"a":"\\u00e9"}}';
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.string({ maxLength: 3 }), fc.nat(3), (at, put, cut) => {
        const changed = text.slice(0, at) + put + text.slice(at + cut);
        let parsed: unknown;
        try {
          parsed = JSON.parse(changed);
        } catch {
          expect(rule(changed)).toBeDefined();
          return;
        }
        if (rule(changed) === undefined) expect(read(changed)).toEqual(parsed);
        else expect(rule(changed)).toMatch(/duplicate_key|number/);
      }),
      { numRuns: 3_000 },
    );
  });
});

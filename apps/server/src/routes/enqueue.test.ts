import { LIMITS } from '@ojs/schema';
import { describe, expect, it } from 'vitest';
import { Refusal } from '../connection/refusal.ts';
import { claimedJob, type EnqueueRules, toNewJob } from './enqueue.ts';
import { jobTypeFilter } from './job-types.ts';

const NOW = Date.parse('2026-02-12T10:30:00.000Z');
const rules: EnqueueRules = { names: 'security', unknownAttributes: 'reject', allowsType: () => true, limits: LIMITS };
const ignoring: EnqueueRules = { ...rules, unknownAttributes: 'ignore' };
const job = (more: object = {}) => ({ type: 'email.send', args: [1], ...more });
const read = (body: unknown, given = rules, bytes = 100) => toNewJob(body, given, NOW, bytes);
const refusal = (body: unknown, given = rules, bytes = 100): { status: number; field: unknown; rule: unknown } => {
  try {
    read(body, given, bytes);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { field, rule } = error.detail.details ?? {};
    return { status: error.status, field, rule };
  }
  throw new Error('was not refused');
};

describe('options', () => {
  it('are read beside the type and under options, and the nested ones win', () => {
    expect(read(job({ queue: 'flat', priority: 1 }))).toMatchObject({ queue: 'flat', priority: 1 });
    const both = job({ queue: 'flat', priority: 1, options: { queue: 'nested' } });
    expect(read(both)).toMatchObject({ queue: 'nested', priority: 1 });
    expect(claimedJob(both)).toEqual({ queue: 'nested', type: 'email.send' });
    expect(claimedJob({ ...both, type: 'email.send@2.0' })).toMatchObject({ type: 'email.send' });
  });

  it('have the defaults of the specification', () => {
    expect(read(job())).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      type: 'email.send',
      queue: 'default',
      args: [1],
      meta: {},
      priority: 0,
      pending: false,
    });
  });

  it('milliseconds win over seconds, zero means the default, and leases are cut to the longest', () => {
    expect(read(job({ timeout: 5, timeout_ms: 1500 })).timeoutMs).toBe(1_500);
    expect(read(job({ timeout: 5 })).timeoutMs).toBe(5_000);
    expect(read(job({ timeout_ms: 0 })).timeoutMs).toBeUndefined();
    const short = { ...rules, limits: { ...LIMITS, leaseMaxMs: 1_000 } };
    expect(read(job({ visibility_timeout_ms: 5_000 }), short).leaseMs).toBe(1_000);
  });

  it('what only the server sets is ignored', () => {
    const claims = { state: 'completed', attempt: 9, created_at: 'x', enqueued_by: 'admin', result: 1, errors: [] };
    expect(read(job({ ...claims, options: claims }))).toEqual({ ...read(job()), id: expect.any(String) });
  });
});

describe('moments', () => {
  it('keep the text of the client where it is absolute', () => {
    const text = '2026-12-31T23:59:59Z';
    expect(read(job({ expires_at: text })).expiresAt).toEqual({ text, ms: Date.parse(text) });
  });
  it('are counted from now where they are relative', () => {
    expect(read(job({ scheduled_at: '+PT2S' })).scheduledAt).toEqual({
      text: '2026-02-12T10:30:02.000Z',
      ms: NOW + 2_000,
    });
  });
  it('in the past mean now', () =>
    expect(read(job({ delay_until: '2020-01-01T00:00:00Z' })).scheduledAt).toBeUndefined());
  it('scheduled_at wins over delay_until', () => {
    const both = { scheduled_at: '+PT1S', delay_until: '+PT9S' };
    expect(read(job({ options: both })).scheduledAt?.ms).toBe(NOW + 1_000);
  });
  it('that are over before they begin are refused', () => {
    expect(refusal(job({ expires_at: '2020-01-01T00:00:00Z' }))).toEqual({
      status: 422,
      field: 'expires_at',
      rule: 'min',
    });
  });
});

describe('refusals name the field and the rule', () => {
  it.each([
    ['no object', null, { status: 400, field: 'body', rule: 'type' }],
    ['an array', [], { status: 400, field: 'body', rule: 'type' }],
    ['no type', { args: [] }, { status: 400, field: 'type', rule: 'required' }],
    ['no args', { type: 'a' }, { status: 400, field: 'args', rule: 'required' }],
    ['args that are an object', { type: 'a', args: {} }, { status: 400, field: 'args', rule: 'type' }],
    ['a type with a space', job({ type: 'a b' }), { status: 400, field: 'type', rule: 'format' }],
    ['a type with a line break', job({ type: 'a\n' }), { status: 400, field: 'type', rule: 'format' }],
    ['a type with a Kelvin sign', job({ type: '\u212a' }), { status: 400, field: 'type', rule: 'format' }],
    ['a type that is too long', job({ type: 'a'.repeat(256) }), { status: 400, field: 'type', rule: 'format' }],
    ['an id that is no UUIDv7', job({ id: '1' }), { status: 400, field: 'id', rule: 'format' }],
    [
      'an id in capitals',
      job({ id: '019461A8-1A2B-7C3D-8E4F-5A6B7C8D9E0F' }),
      { status: 400, field: 'id', rule: 'format' },
    ],
    ['a queue of the server', job({ queue: '_ojs_x' }), { status: 400, field: 'queue', rule: 'custom' }],
    [
      'a priority beyond 100',
      job({ options: { priority: 101 } }),
      { status: 400, field: 'options.priority', rule: 'max' },
    ],
    ['a priority of a half', job({ priority: 0.5 }), { status: 400, field: 'priority', rule: 'type' }],
    [
      'no attempts',
      job({ options: { retry: { max_attempts: -1 } } }),
      { status: 422, field: 'options.retry.max_attempts', rule: 'min' },
    ],
    [
      'a back-off below one',
      job({ retry: { backoff_coefficient: 0.5 } }),
      { status: 422, field: 'retry.backoff_coefficient', rule: 'min' },
    ],
    ['an unknown rule of retry', job({ retry: { max_atempts: 1 } }), { status: 422, field: 'retry', rule: 'unknown' }],
    ['years in a duration', job({ scheduled_at: '+P1Y' }), { status: 400, field: 'scheduled_at', rule: 'custom' }],
    [
      'a day that does not exist',
      job({ scheduled_at: '2026-02-30T00:00:00Z' }),
      { status: 400, field: 'scheduled_at', rule: 'custom' },
    ],
    ['an unknown attribute', job({ arg: 1 }), { status: 422, field: 'arg', rule: 'unknown' }],
    [
      'an unknown option',
      job({ options: { queueName: 'x' } }),
      { status: 422, field: 'options.queueName', rule: 'unknown' },
    ],
    [
      'uniqueness by an attribute that no argument has',
      job({ args: [{ b: 1 }], unique: { keys: ['args'], args_keys: ['b', 'a'] } }),
      { status: 400, field: 'unique.args_keys[1]', rule: 'unknown' },
    ],
    [
      'uniqueness by an attribute that no argument has, in the words of the JSON format',
      job({ args: [{ b: 1 }], options: { unique: { key: ['a'] } } }),
      { status: 400, field: 'unique.key[0]', rule: 'unknown' },
    ],
    ['a priority without such a name', job({ priority: 'URGENT' }), { status: 400, field: 'priority', rule: 'type' }],
    ['a key of meta with a space', job({ meta: { 'a b': 1 } }), { status: 400, field: 'meta.a b', rule: 'format' }],
    ['a line break in meta', job({ meta: { a: { b: ['x\r\ny'] } } }), { status: 400, field: 'meta', rule: 'custom' }],
  ])('%s', (_, body, expected) => expect(refusal(body)).toEqual(expected));

  it.each([
    ['without a limit', { key: 'k' }, 'concurrency', 'custom'],
    ['without a key', { concurrency: 1 }, 'key', 'custom'],
    ['with a key that has a space', { key: 'a b', concurrency: 1 }, 'key', 'format'],
    ['with a key that is too long', { key: 'k'.repeat(256), concurrency: 1 }, 'key', 'format'],
    ['of none a second', { max_per_second: 0 }, 'max_per_second', 'min'],
    ['of two rates', { key: 'k', max_per_second: 1, rate: { limit: 1, period: 'PT1S' } }, 'max_per_second', 'custom'],
    ['with a number and no period', { key: 'k', rate: 1 }, 'period', 'custom'],
    ['with a period of a year', { key: 'k', throttle: { limit: 1, period: 'P365D' } }, 'throttle.period', 'custom'],
    ['with a period of nothing', { key: 'k', throttle: { limit: 1, period: 'PT0S' } }, 'throttle.period', 'custom'],
    ['with a concurrency below nought', { key: 'k', concurrency: -1 }, 'concurrency', 'min'],
    ['with a concurrency beyond bounds', { key: 'k', concurrency: 1e9 }, 'concurrency', 'max'],
    ['with another strategy', { key: 'k', concurrency: 1, on_limit: 'panic' }, 'on_limit', 'enum'],
    ['with an unknown attribute', { key: 'k', concurrency: 1, burst: 2 }, undefined, 'unknown'],
  ] as const)('of a rate limit %s', (_, rate_limit, field, rule) => {
    const path = ['options.rate_limit', field].filter(Boolean).join('.');
    expect(refusal(job({ options: { rate_limit } }))).toEqual({ status: 400, field: path, rule });
  });

  it.each([
    [{ on_conflict: 'overwrite' }, 'on_conflict', 'enum'],
    [{ keys: ['argz'] }, 'keys[0]', 'enum'],
    [{ keys: ['Type'] }, 'keys[0]', 'enum'],
    [{ keys: ['type', 'type'] }, 'keys', 'custom'],
    [{ keys: ['meta'] }, 'meta_keys', 'custom'],
    [{ keys: ['meta'], meta_keys: [] }, 'meta_keys', 'custom'],
    [{ keys: ['type'], args_keys: ['a'] }, 'args_keys', 'custom'],
    [{ keys: ['type'], meta_keys: ['a'] }, 'meta_keys', 'custom'],
    [{ key: ['a'], keys: ['type'] }, 'key', 'custom'],
    [{ states: ['done'] }, 'states[0]', 'enum'],
    [{ states: [] }, 'states', 'min'],
    [{ period: 'an hour' }, 'period', 'custom'],
    [{ period: 'PT0S' }, 'period', 'custom'],
    [{ period: 'P999999D' }, 'period', 'custom'],
    [{ args_keys: Array.from({ length: 65 }, (_, i) => `${i}`) }, 'args_keys', 'max'],
    [{ argz_keys: ['a'] }, '', 'unknown'],
  ] as const)('uniqueness as %j', (unique, field, rule) => {
    expect(refusal(job({ options: { unique } }))).toEqual({
      status: 400,
      field: ['options.unique', field].filter(Boolean).join('.'),
      rule,
    });
  });

  it('and never repeat a value', () => {
    for (const body of [
      job({ type: 'hunter2 ' }),
      job({ args: 'hunter2' }),
      job({ priority: 'hunter2' }),
      job({ retry: { on_exhaustion: 'hunter2' } }),
      job({ scheduled_at: 'hunter2' }),
      job({ meta: { a: 'hunter2\n' } }),
      job({ queue: 'hunter2 ' }),
      job({ tags: ['', 'hunter2'] }),
      job({ id: 'hunter2' }),
    ]) {
      let told: unknown;
      try {
        read(body);
      } catch (error) {
        told = [(error as Refusal).message, (error as Refusal).detail];
      }
      expect(told).toBeDefined();
      expect(JSON.stringify(told)).not.toContain('hunter2');
    }
  });

  it('core names are narrower where the setting says so', () => {
    const core = { ...rules, names: 'core' } as const;
    expect(refusal(job({ type: 'Email.Send' }), core)).toMatchObject({ field: 'type' });
    expect(refusal(job({ queue: 'a_b' }), core)).toMatchObject({ field: 'queue' });
    expect(read(job({ type: 'Email.Send', queue: 'a_b' }))).toBeDefined();
  });
});

describe('unknown attributes, where they are ignored', () => {
  it('are kept untouched', () => {
    expect(read(job({ foo: { bar: 1 }, options: { baz: 2 } }), ignoring).extra).toEqual({ foo: { bar: 1 }, baz: 2 });
  });

  it('are not what stands among the options under the name of an attribute', () => {
    const options = { meta: { tenant_id: 'other', 'a b': 'x\n' }, schema: {}, args: [2], id: 'x' };
    expect(read(job({ options }), ignoring)).toEqual({ ...read(job()), id: expect.any(String) });
  });
});

it('unknown attributes of a policy are refused, or left out; what is known is checked all the same', () => {
  const retry = { maxAttempts: 9, max_attempts: 2 };
  expect(refusal(job({ options: { retry } }))).toEqual({ status: 422, field: 'options.retry', rule: 'unknown' });
  expect(read(job({ options: { retry } }), ignoring).retry).toEqual({ max_attempts: 2 });
  const wrong = { status: 422, field: 'retry.max_attempts', rule: 'min' };
  expect(refusal(job({ retry: { maxAttempts: 9, max_attempts: -1 } }), ignoring)).toEqual(wrong);
});

it.each([rules, ignoring])('hundreds of thousands of unknown attributes cost no more than reading them', (given) => {
  const many = Object.fromEntries(Array.from({ length: 300_000 }, (_, i) => [`a${i}`, i]));
  if (given === ignoring) expect(read(job(many), given).extra).toEqual(many);
  else expect(refusal(job(many), given)).toMatchObject({ status: 422, rule: 'unknown' });
});

describe('job types', () => {
  const rulesFor = (allowed: string[]) => ({ ...rules, allowsType: jobTypeFilter(allowed) });
  it('are refused 422 unless they are listed', () => {
    expect(refusal(job(), rulesFor(['email.receive', 'sms.*', 'email']))).toEqual({
      status: 422,
      field: 'type',
      rule: 'unlisted',
    });
    expect(read(job(), rulesFor(['email.*']))).toBeDefined();
    expect(read(job(), rulesFor(['email.send']))).toBeDefined();
  });
  it.each(['constructor', 'toString', '__proto__', 'hasOwnProperty'])('the type %s is no exception', (type) =>
    expect(refusal(job({ type }), rulesFor(['email.send']))).toMatchObject({ status: 422, field: 'type' }),
  );
});

describe('sizes, in bytes of JSON', () => {
  const limits = { ...LIMITS, argsBytes: 20, metaBytes: 20 };
  const small = { ...rules, limits };
  it('metadata that is too large is refused before its names are looked at', () => {
    const meta = { 'not a name': 'x'.repeat(30) };
    expect(refusal(job({ meta }), small, 1_000)).toMatchObject({ status: 413, field: 'meta' });
  });

  it('are accepted at the limit and refused one byte later', () => {
    expect(read({ type: 'a', args: ['é'.repeat(8)] }, small)).toBeDefined();
    expect(refusal({ type: 'a', args: [`${'é'.repeat(8)}x`] }, small)).toMatchObject({ status: 413, field: 'args' });
    expect(read({ type: 'a', args: [], meta: { a: 'x'.repeat(12) } }, small)).toBeDefined();
    expect(refusal({ type: 'a', args: [], meta: { a: 'x'.repeat(13) } }, small)).toMatchObject({
      status: 413,
      field: 'meta',
    });
  });
});

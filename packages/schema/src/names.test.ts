import { describe, expect, test } from 'vitest';
import { JobId, JobType, NAME_RULES, QueueName, QueuePattern, TenantId } from './names.ts';

const accepts = (schema: { safeParse(value: unknown): { success: boolean } }, value: unknown) =>
  schema.safeParse(value).success;

describe('names of types and queues', () => {
  test.each(['email.send', 'Email-Send_2', 'a', 'x'.repeat(255)])(
    'of the security page’s pattern are accepted: %s',
    (name) => {
      expect(accepts(JobType, name)).toBe(true);
      expect(accepts(QueueName, name)).toBe(true);
    },
  );

  test.each(['', 'x'.repeat(256), 'a b', 'a/b', 'a{b}', '../x', 'a:b', 'email\n', 'email\u212a', 'é', 'a\u0000'])(
    'outside of it are refused: %j',
    (name) => {
      expect(accepts(JobType, name)).toBe(false);
      expect(accepts(QueueName, name)).toBe(false);
    },
  );

  test('of queues that begin with _ojs_ are the server’s', () => {
    expect(accepts(QueueName, '_ojs_system')).toBe(false);
  });

  test.each(['Email.Send', '1email', '.a', 'a.', 'a..b', 'email@x'])(
    'outside of the core grammar are told apart: %s',
    (name) => {
      expect(NAME_RULES.core.type.test(name)).toBe(false);
    },
  );

  test.each(['Default', 'my_queue', '-a', 'x'.repeat(129)])(
    'outside of the core queue grammar are told apart: %s',
    (name) => {
      expect(NAME_RULES.core.queue.test(name)).toBe(false);
    },
  );
});

describe('a job id', () => {
  test('is a UUIDv7 in lower case', () => {
    expect(accepts(JobId, '019461a8-1a2b-7c3d-8e4f-5a6b7c8d9e0f')).toBe(true);
  });

  test.each(['550e8400-e29b-41d4-a716-446655440000', '019461A8-1A2B-7C3D-8E4F-5A6B7C8D9E0F', 'wait', '1', ''])(
    'of another form is refused: %s',
    (id) => {
      expect(accepts(JobId, id)).toBe(false);
    },
  );
});

test('no client can name the default tenant, or leave a tenant’s key space', () => {
  for (const id of ['_default', 'a{b}', 'a}', '*', '', 'a b', 'a\n', 'x'.repeat(129)])
    expect(accepts(TenantId, id)).toBe(false);
  expect(accepts(TenantId, 'a:b')).toBe(true);
});

test('a queue pattern is a name, a prefix with .*, or *', () => {
  for (const pattern of ['*', 'billing', 'billing.*', 'a.b.*']) expect(accepts(QueuePattern, pattern)).toBe(true);
  for (const pattern of ['', '**', 'bil*', '*.a', '.*', 'a.*.b', 'a\n'])
    expect(accepts(QueuePattern, pattern)).toBe(false);
});

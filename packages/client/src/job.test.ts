import { expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import { OjsValidationError } from './errors.ts';
import { argsOf, defineJob, type InputOf, inputOf, type ResultOf, resultOf } from './job.ts';

const sendEmail = defineJob('email.send', z.object({ to: z.email(), copies: z.number().default(1) }), {
  queue: 'email',
  result: z.object({ messageId: z.string() }),
});
const resize = defineJob('image.resize', { args: z.tuple([z.string(), z.number()]) });

it('takes a schema for the one argument, and types both ends by it', async () => {
  expectTypeOf<InputOf<typeof sendEmail>>().toEqualTypeOf<{ to: string; copies?: number | undefined }>();
  expectTypeOf<ResultOf<typeof sendEmail>>().toEqualTypeOf<{ messageId: string }>();
  expect(await argsOf(sendEmail, { to: 'a@example.com' })).toEqual([{ to: 'a@example.com', copies: 1 }]);
  expect(await inputOf(sendEmail, [{ to: 'a@example.com', copies: 2 }])).toEqual({ to: 'a@example.com', copies: 2 });
});

it('takes a schema for the whole array of arguments', async () => {
  expectTypeOf<InputOf<typeof resize>>().toEqualTypeOf<[string, number]>();
  expect(await argsOf(resize, ['a.png', 10])).toEqual(['a.png', 10]);
  expect(await inputOf(resize, ['a.png', 10])).toEqual(['a.png', 10]);
});

it('sends what the schema returns: unknown keys do not leave', async () => {
  const [sent] = await argsOf(sendEmail, { to: 'a@example.com', password: 'canary' });
  expect(JSON.stringify(sent)).not.toContain('canary');
});

it('names the place and the rule where arguments do not fit', async () => {
  const error = await argsOf(sendEmail, { to: 7 }).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(OjsValidationError);
  expect((error as OjsValidationError).code).toBe('invalid_payload');
  expect((error as OjsValidationError).issues[0]?.path).toBe('args/0/to');
});

it('refuses more or fewer arguments than one', () => {
  expect(() => inputOf(sendEmail, [])).toThrow(/args: must have 1 element, has 0/);
});

it('checks a result by its own schema', () => {
  expect(resultOf(sendEmail, { messageId: 'm1', more: 1 })).toEqual({ messageId: 'm1' });
  expect(() => resultOf(sendEmail, {})).toThrow(OjsValidationError);
  expect(resultOf(resize, { any: 'thing' })).toEqual({ any: 'thing' });
});

it('works with any Standard Schema, also an asynchronous one', async () => {
  const even = {
    '~standard': {
      version: 1 as const,
      vendor: 'test',
      validate: async (value: unknown) =>
        typeof value === 'number' && value % 2 === 0 ? { value } : { issues: [{ message: 'must be even' }] },
    },
  };
  expect(await argsOf(defineJob('count', even), 2)).toEqual([2]);
  await expect(argsOf(defineJob('count', even), 3)).rejects.toThrow('args/0: must be even');
});

it('refuses a type that is no legal name', () => {
  expect(() => defineJob('no spaces', z.string())).toThrow(/type: must match/);
});

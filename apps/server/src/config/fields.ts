import { isIP } from 'node:net';
import { z } from 'zod';
import { parseNetwork } from '../outgoing/address.ts';

/** Environment variables are text: digits become a number before the rule is asked. */
export const whole = (min: number, max: number) =>
  z.preprocess(
    (value) => (typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value),
    z.int({ error: 'must be a whole number' }).min(min, `must be at least ${min}`).max(max, `must be at most ${max}`),
  );

const FLAGS: Readonly<Record<string, boolean>> = { '1': true, true: true, '0': false, false: false };
export const flag = z.preprocess(
  (value) => (typeof value === 'string' ? (FLAGS[value] ?? value) : value),
  z.boolean({ error: 'must be 1 or 0' }),
);

/** A list, in the environment separated by commas. */
export const list = (item: z.ZodType<string>) =>
  z.preprocess(
    (value) => (typeof value === 'string' ? value.split(',').map((part) => part.trim()) : value),
    z.array(item).min(1),
  );

export const choice = <const T extends readonly string[]>(values: T) =>
  z.enum(values, { error: `must be ${values.slice(0, -1).join(', ')} or ${values.at(-1)}` });

export const file = z.string({ error: 'must be the path of a file' }).min(1, 'must be the path of a file');
export const host = z.string().min(1, 'must be an address to listen on, such as 0.0.0.0 or 127.0.0.1');
export const port = whole(0, 65_535);
export const mount = z.string().regex(/^[\w.-]+(\/[\w.-]+)*$/, 'must be the path where it is mounted, such as approle');
export const redisUrl = z.string().regex(
  // No query: options there (`?tls=…`) would be ignored, or weaken what is checked.
  /^(rediss?:\/\/[^\s,?#]+|unix:(\/\/)?\/[^\s,?#]+)$/,
  'must be redis://HOST:PORT, rediss://HOST:PORT or unix:///PATH',
);

/** Type names and prefixes such as `email.*`. */
export const jobType = z
  .string()
  .regex(/^(\*|[A-Za-z0-9._-]{1,255}|[A-Za-z0-9._-]{1,253}\.\*)$/, 'must be a name or PREFIX.*');

/** A host, an address or a network. */
export const outgoingTarget = z
  .string()
  .refine(
    (text) => parseNetwork(text) !== undefined || /^(?=.{1,253}$)[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?$/i.test(text),
    'must be a host name, an address or a network such as 10.1.0.0/16',
  );

/** An address, or a network that is not everybody. */
export const proxyNetwork = z
  .string()
  .refine(
    (text) => isIP(text.split('/', 1)[0] ?? '') > 0 && (parseNetwork(text)?.[1] ?? 0) > 0,
    'must be an address or a network such as 10.1.0.0/16, and not everybody',
  );

import type { z } from 'zod';

function omit(value: unknown, [head, ...rest]: readonly PropertyKey[], names: readonly string[]): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value);
  if (head === undefined) return Object.fromEntries(entries.filter(([name]) => !names.includes(name)));
  return Object.fromEntries(entries.map(([name, each]) => [name, name === head ? omit(each, rest, names) : each]));
}

/**
 * Where unknown attributes are ignored, those inside a policy (of retries, of uniqueness) are too. They are left out,
 * not kept as those of a job are: what is stored as a policy is read as one. Pure.
 */
export function parseWithoutUnknown<T extends z.ZodType>(schema: T, value: unknown): z.ZodSafeParseResult<z.output<T>> {
  const parsed = schema.safeParse(value);
  const unknown = parsed.error?.issues.filter((issue) => issue.code === 'unrecognized_keys') ?? [];
  if (unknown.length === 0) return parsed;
  return schema.safeParse(unknown.reduce((rest, { path, keys }) => omit(rest, path, keys), value));
}

import { z } from 'zod';
import { JobState } from './job-states.ts';
import { Duration, FARTHEST_MS, parseDuration } from './time.ts';

/** What two jobs can have in common (ojs-unique-jobs §3). `type` always counts. */
export const UNIQUE_DIMENSIONS = ['type', 'queue', 'args', 'meta'] as const;
export type UniqueDimension = (typeof UNIQUE_DIMENSIONS)[number];

/** ojs-unique-jobs §5. */
export const CONFLICT_STRATEGIES = ['reject', 'ignore', 'replace', 'replace_except_schedule'] as const;
export type ConflictStrategy = (typeof CONFLICT_STRATEGIES)[number];

const each = <T extends z.ZodType>(item: T, max: number) =>
  z
    .array(item)
    .max(max)
    .refine((items) => new Set(items).size === items.length, 'must not name anything twice');

const Names = each(z.string().min(1).max(255), 64);

const Period = Duration.refine((text) => {
  const ms = parseDuration(text) ?? 0;
  return ms > 0 && ms <= FARTHEST_MS;
}, 'must be longer than nothing and not longer than a hundred years');

const isDimension = (name: string): name is UniqueDimension => UNIQUE_DIMENSIONS.some((each) => each === name);

/** Some clients write dimensions into `key`; that `args` is among them tells these from names of attributes. */
function dimensionsIn(key: readonly string[] | undefined): readonly UniqueDimension[] | undefined {
  return key?.includes('args') && key.every(isDimension) ? key : undefined;
}

/** Policies that the schema of the specification lets pass and that cannot mean what was meant: field, what it must be. */
function contradiction(policy: UniquePolicyShape): [field: string, says: string] | undefined {
  const { key, args_keys, meta_keys } = policy;
  if (key && (policy.keys || args_keys))
    return ['key', 'means args_keys with keys type and args: send one or the other'];
  const keys = policy.keys ?? dimensionsIn(key);
  if (!keys) return undefined;
  if (keys.includes('meta') && !meta_keys?.length) return ['meta_keys', 'is required where keys has meta'];
  if (!keys.includes('args') && args_keys?.length) return ['args_keys', 'needs args among the keys'];
  if (!keys.includes('meta') && meta_keys?.length) return ['meta_keys', 'needs meta among the keys'];
  return undefined;
}

const Shape = z
  .object({
    keys: each(z.enum(UNIQUE_DIMENSIONS), UNIQUE_DIMENSIONS.length).optional(),
    args_keys: Names.nullish().meta({ description: 'Attributes of the arguments that count; none or null: all' }),
    meta_keys: Names.nullish(),
    key: Names.optional().meta({
      description: 'The JSON format’s word for args_keys, with keys type and args; or the keys, where args is one',
    }),
    period: Period.nullish(),
    states: each(JobState, 8).min(1).optional(),
    on_conflict: z.enum(CONFLICT_STRATEGIES).optional(),
  })
  .strict();
type UniquePolicyShape = z.infer<typeof Shape>;

/** ojs-unique-jobs §2, and the `key` of ojs-json-format §3.5. */
export const UniquePolicy = Shape.superRefine((policy, { addIssue }) => {
  const found = contradiction(policy);
  if (found) addIssue({ code: 'custom', path: [found[0]], message: found[1], input: policy });
}).meta({ id: 'UniquePolicy' });
export type UniquePolicy = z.infer<typeof UniquePolicy>;

/** A policy with every gap filled (ojs-unique-jobs §2.1). */
export interface EffectiveUniquePolicy {
  readonly dimensions: ReadonlySet<UniqueDimension>;
  /** Empty: all of the arguments. */
  readonly argsKeys: readonly string[];
  readonly metaKeys: readonly string[];
  /** Counted from the creation of the job that exists; undefined: no end. */
  readonly periodMs: number | undefined;
  readonly states: readonly JobState[];
  readonly onConflict: ConflictStrategy;
}

const DEFAULT_STATES: readonly JobState[] = ['available', 'active', 'scheduled', 'retryable', 'pending'];

/** Without `keys`, the lists that are there say what counts. */
function dimensionsOf({ key, args_keys, meta_keys, ...policy }: UniquePolicy): ReadonlySet<UniqueDimension> {
  const keys = policy.keys ?? dimensionsIn(key);
  if (keys) return new Set<UniqueDimension>(['type', ...keys]);
  const dimensions = new Set<UniqueDimension>(['type']);
  if (key || args_keys?.length) dimensions.add('args');
  if (meta_keys?.length) dimensions.add('meta');
  return dimensions;
}

export function effectiveUnique(policy: UniquePolicy): EffectiveUniquePolicy {
  return {
    dimensions: dimensionsOf(policy),
    argsKeys: (dimensionsIn(policy.key) ? undefined : policy.key) ?? policy.args_keys ?? [],
    metaKeys: policy.meta_keys ?? [],
    periodMs: policy.period ? parseDuration(policy.period) : undefined,
    states: policy.states ?? DEFAULT_STATES,
    onConflict: policy.on_conflict ?? 'reject',
  };
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isPlace = (name: string): boolean => /^(0|[1-9]\d{0,4})$/.test(name);

/**
 * The arguments that names of `args_keys` mean, in their order: `args` is a list, so it is the attribute of that name in the first
 * argument that has it, or else the argument at that position (`"0"` is the first). Undefined where there is none. However
 * many names there are, each attribute is looked at once.
 */
export function argumentsOf(args: readonly unknown[], names: readonly string[]): unknown[] {
  const open = new Set(names);
  const found = new Map<string, unknown>();
  for (const each of args) {
    if (open.size === 0) break;
    if (!isObject(each)) continue;
    for (const name of Object.keys(each)) if (open.delete(name)) found.set(name, each[name]);
  }
  return names.map((name) => (found.has(name) || !isPlace(name) ? found.get(name) : args[Number(name)]));
}

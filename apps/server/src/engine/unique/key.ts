import { createHash } from 'node:crypto';
import { argumentsOf, type EffectiveUniquePolicy } from '@ojs/schema';
import type { NewJob } from '../engine.ts';

const byName = ([a]: [string, unknown], [b]: [string, unknown]): number => (a < b ? -1 : a > b ? 1 : 0);

/** JSON as RFC 8785 writes it, with every string in NFC (ojs-unique-jobs §4.2): equal data gives equal text. */
export function canonical(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.normalize('NFC'));
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  const entries = Object.entries(value).map(([name, each]): [string, unknown] => [name.normalize('NFC'), each]);
  return `{${entries
    .sort(byName)
    .map(([name, each]) => `${JSON.stringify(name)}:${canonical(each)}`)
    .join(',')}}`;
}

/** The uniqueness key of a job: what its policy counts of it, hashed (ojs-unique-jobs §4.1). 64 hexadecimal digits.
 * Jobs of two versions are different ones (ojs-job-versioning §15.5). */
export function uniquenessKey(
  { type, version, queue, args, meta }: Pick<NewJob, 'type' | 'version' | 'queue' | 'args' | 'meta'>,
  { dimensions, argsKeys, metaKeys }: Pick<EffectiveUniquePolicy, 'dimensions' | 'argsKeys' | 'metaKeys'>,
): string {
  const chosen = argumentsOf(args, argsKeys);
  const counted = {
    type,
    ...(version !== undefined && { version: String(version) }),
    ...(dimensions.has('queue') && { queue }),
    ...(dimensions.has('args') && {
      args: argsKeys.length > 0 ? Object.fromEntries(argsKeys.map((name, i) => [name, chosen[i]])) : args,
    }),
    ...(dimensions.has('meta') && {
      meta: Object.fromEntries(metaKeys.filter((name) => Object.hasOwn(meta, name)).map((name) => [name, meta[name]])),
    }),
  };
  return createHash('sha256').update(canonical(counted)).digest('hex');
}

import { type Handlers, versionBounds, versionKey } from '@ojs/schema';

/**
 * What a worker declares as lua/workers.lua keeps it: `type:from:to` for each range of versions, with commas between. Pure.
 *
 * @returns '' where it said nothing, `-` where it said that it declares nothing
 */
export function declaration(handlers: Handlers | undefined): string {
  if (handlers === undefined) return '';
  const ranges = handlers.map(({ type, versions }) => [type, ...(versionBounds(versions ?? '*') ?? [])].join(':'));
  return ranges.length === 0 ? '-' : ranges.join(',');
}

/** The field of a job's record by which it is routed; none where it has no version. Pure. */
export const versionFields = (version: string | number | undefined): string[] =>
  version === undefined ? [] : ['vn', versionKey(version)];

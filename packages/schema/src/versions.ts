import { z } from 'zod';
import { JobType } from './names.ts';

/** What one worker may declare: so many entries, types of so many characters together. Not settings. */
export const HANDLERS = { entries: 100, typeChars: 4_096, versionsChars: 100 } as const;

const VERSION = String.raw`\d{1,9}(?:\.\d{1,9})?`;
const RANGE = new RegExp(String.raw`^(?:\*|${VERSION}|(?:>=|<) ?${VERSION}(?:(?: |, ?)(?:>=|<) ?${VERSION})*)$`);
const BOUND = new RegExp(`(>=|<) ?(${VERSION})`, 'g');

/** So many digits: a minor version has nine at most, so that there is room for the one after it. */
const MAJOR = 9;
const MINOR = 10;
const FIRST = '0'.repeat(MAJOR + MINOR);
const AFTER_LAST = '9'.repeat(MAJOR + MINOR);

const keyOf = (major: number, minor: number): string =>
  String(major).padStart(MAJOR, '0') + String(minor).padStart(MINOR, '0');

const partsOf = (version: string | number): [major: number, minor: number] => {
  const [major, minor = 0] = String(version).split('.').map(Number);
  return [major as number, minor];
};

/** A version as text of fixed length, so that versions compare as texts do; `2` is `2.0`. Pure. */
export const versionKey = (version: string | number): string => keyOf(...partsOf(version));

/**
 * The versions that a range means, as keys: from the first on, up to but without the second. Pure.
 *
 * @param range `*`, `2.0`, or bounds that all must hold: `>=1.0 <3.0`, also with commas (ojs-job-versioning §8.1, §15.1)
 * @returns undefined where that is no range, or one that no version is in
 */
export function versionBounds(range: string): readonly [from: string, to: string] | undefined {
  if (range.length > HANDLERS.versionsChars || !RANGE.test(range)) return undefined;
  if (/^\d/.test(range)) {
    const [major, minor] = partsOf(range);
    return [keyOf(major, minor), keyOf(major, minor + 1)];
  }
  const bounds = (operator: string): string[] =>
    [...range.matchAll(BOUND)].flatMap((each) => (each[1] === operator ? [versionKey(each[2] ?? '')] : [])).sort();
  const from = bounds('>=').at(-1) ?? FIRST;
  const to = bounds('<')[0] ?? AFTER_LAST;
  return from < to ? [from, to] : undefined;
}

export const VersionRange = z
  .string()
  .max(HANDLERS.versionsChars)
  .refine((range) => versionBounds(range) !== undefined, {
    error: 'must be *, MAJOR.MINOR, or bounds like ">=1.0 <3.0" that a version can be in',
    params: { rule: 'format' },
  })
  .meta({ id: 'VersionRange', example: '>=1.0 <3.0' });

/** ojs-job-versioning §8.1. */
export const Handlers = z
  .array(z.looseObject({ type: JobType, versions: VersionRange.nullish() }))
  .max(HANDLERS.entries)
  .refine((all) => all.reduce((sum, { type }) => sum + type.length, 0) <= HANDLERS.typeChars, {
    error: `must name types of at most ${HANDLERS.typeChars} characters together`,
    params: { rule: 'max' },
  })
  .meta({
    id: 'Handlers',
    description:
      'Which versions of which job types the worker takes; `versions` absent: any. It is then handed no versioned job beside these, and unversioned ones as before. Absent: as it last said; []: it says nothing of versions',
  });

export type Handlers = z.infer<typeof Handlers>;

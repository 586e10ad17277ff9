import type { z } from 'zod';
import { nearest } from './mistakes.ts';

type Issue = z.core.$ZodIssue;
type Union = Extract<Issue, { code: 'invalid_union' }>;

const KINDS: Readonly<Record<string, string>> = {
  array: 'a list',
  int: 'a whole number',
  object: 'an object',
  record: 'an object',
  boolean: 'true or false',
  string: 'text',
};

/** What is wrong, in words that say what to write. Never the value. */
export function says(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return /received undefined$/.test(issue.message)
        ? 'is required'
        : `must be ${KINDS[issue.expected] ?? issue.expected}`;
    case 'invalid_format':
      return 'pattern' in issue && issue.format === 'regex' && /^Invalid/.test(issue.message)
        ? `must match ${issue.pattern}`
        : issue.message;
    case 'too_small':
      return bound(issue.origin, issue.minimum, 'at least') ?? issue.message;
    case 'too_big':
      return bound(issue.origin, issue.maximum, 'at most') ?? issue.message;
    case 'invalid_value':
      return `must be ${issue.values
        .map(String)
        .join(', ')
        .replace(/, ([^,]+)$/, ' or $1')}`;
    case 'invalid_union':
      return unionSays(issue);
    default:
      return issue.message;
  }
}

function bound(origin: string, limit: number | bigint, which: 'at least' | 'at most'): string | undefined {
  if (origin === 'number' || origin === 'int') return `must be ${which} ${limit}`;
  if (origin === 'string') return `must have ${which} ${limit} ${Number(limit) === 1 ? 'character' : 'characters'}`;
  if (origin === 'array') return `must have ${which} ${limit} ${Number(limit) === 1 ? 'item' : 'items'}`;
  return undefined;
}

const isOfItsKind = (branch: readonly Issue[]): boolean =>
  branch.every(({ path, code }) => path.length > 0 || code === 'unrecognized_keys');

/** Each of the kinds that it could have been. */
function unionSays({ errors, message }: Union): string {
  const kinds = [...new Set(errors.flatMap(([first]) => (first ? [says(first)] : [])))];
  if (kinds.includes('is required')) return 'is required';
  return kinds.map((kind, at) => (at === 0 ? kind : kind.replace(/^must (be )?/, ''))).join(', or ') || message;
}

const unknown = (key: string, known: readonly string[]): string => {
  const like = nearest(key, known);
  return like === undefined ? 'is not known here' : `is not known here: did you mean ${like}?`;
};

/**
 * Every mistake in a file of settings, as `place: what to write`, and none of the values.
 * @param whole what the file as a whole is called
 * @param known the names that the file has at its top
 */
export function placesOf(issues: readonly Issue[], whole: string, known: readonly string[] = []): string[] {
  return issues.flatMap((issue): string[] => {
    const at = (name: string): string => [...issue.path, name].join('.');
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => `${at(key)}: ${unknown(key, issue.path.length === 0 ? known : [])}`);
    }
    // Of a value that may be of several kinds: what is wrong inside it, where it is of one of them.
    const inside = issue.code === 'invalid_union' ? issue.errors.find(isOfItsKind) : undefined;
    if (inside?.length) {
      return placesOf(
        inside.map((each) => ({ ...each, path: [...issue.path, ...each.path] })),
        whole,
      );
    }
    return [`${issue.path.join('.') || whole}: ${says(issue)}`];
  });
}

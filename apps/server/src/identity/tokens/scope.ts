import type { Narrowing } from '@ojs/schema';
import { MOST_SCOPES, readScopeWord } from '../scope-word.ts';

type Within = NonNullable<Narrowing['within']>;

/**
 * What a token is narrowed to as a `scope` (RFC 6749 §3.3): `ojs:enqueue:billing.*` is a permission on a queue or pattern,
 * `ojs:inspect` a permission on every queue. @returns undefined where it is not narrowed to some
 */
export function scopeOf({ within }: Narrowing): string | undefined {
  if (within === undefined) return undefined;
  const words = within.flatMap(({ permissions, queues }) =>
    permissions.flatMap((permission) =>
      queues.map((queue) => (queue === '*' ? `ojs:${permission}` : `ojs:${permission}:${queue}`)),
    ),
  );
  return [...new Set(words)].join(' ');
}

/** The permissions and queues of a `scope`; undefined where a word of it is none of ours. */
export function readScope(text: string): Within | undefined {
  const words = text.split(' ').filter(Boolean);
  if (words.length === 0 || words.length > MOST_SCOPES) return undefined;
  const known = words.flatMap((word) => readScopeWord(word) ?? []);
  return known.length === words.length ? known : undefined;
}

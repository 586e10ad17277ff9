import { type Narrowing, Permission, QueuePattern } from '@ojs/schema';

type Within = NonNullable<Narrowing['within']>;

/** More words than that are no scope that a person wrote. */
const MOST = 100;

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
  const within = words.map((word) => {
    const [prefix, permission, queue = '*', ...more] = word.split(':');
    const named = Permission.safeParse(permission);
    const pattern = QueuePattern.safeParse(queue);
    const isOurs = prefix === 'ojs' && more.length === 0 && named.success && pattern.success;
    return isOurs ? { permissions: [named.data], queues: [pattern.data] } : undefined;
  });
  const known = within.filter((each) => each !== undefined);
  return known.length === words.length && words.length > 0 && words.length <= MOST ? known : undefined;
}

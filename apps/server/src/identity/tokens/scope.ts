import type { Narrowing } from '@ojs/schema';

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

import { type Narrowing, Permission, QueuePattern } from '@ojs/schema';

/** More than this is refused before anything is made of them. */
export const MOST_SCOPES = 100;

const PREFIX = 'ojs:';

/** The scopes of a claim: one text with spaces between them (RFC 8693 §4.2), or a list, as some issuers write it. */
export const scopesOf = (texts: readonly string[]): string[] =>
  texts.flatMap((text) => text.split(' ')).filter(Boolean);

/**
 * The ceiling that scopes are: `ojs:enqueue` on every queue, `ojs:enqueue:billing.*` on these. All others, and what is no permission of
 * ours, give nothing: a token with scopes of which none is ours is permitted nothing.
 */
export function ceilingOf(scopes: readonly string[]): Narrowing {
  const within = scopes
    .filter((scope) => scope.startsWith(PREFIX))
    .map((scope) => {
      const [permission, queues = '*', ...more] = scope.slice(PREFIX.length).split(':');
      return { permission: Permission.safeParse(permission), queues: QueuePattern.safeParse(queues), more };
    })
    .flatMap(({ permission, queues, more }) =>
      permission.success && queues.success && more.length === 0
        ? [{ permissions: [permission.data], queues: [queues.data] }]
        : [],
    );
  return { within };
}

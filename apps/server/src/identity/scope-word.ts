import { type Narrowing, Permission, QueuePattern } from '@ojs/schema';

/** More words than that are no scope that a person wrote: refused before anything is made of them. */
export const MOST_SCOPES = 100;

/**
 * What one word of a `scope` (RFC 6749 §3.3) is: `ojs:enqueue:billing.*` a permission on a queue or pattern, `ojs:inspect` one on every
 * queue. Undefined where it is no permission of ours.
 */
export function readScopeWord(word: string): NonNullable<Narrowing['within']>[number] | undefined {
  const [prefix, permission, queues = '*', ...more] = word.split(':');
  const named = Permission.safeParse(permission);
  const pattern = QueuePattern.safeParse(queues);
  const isOurs = prefix === 'ojs' && more.length === 0 && named.success && pattern.success;
  return isOurs ? { permissions: [named.data], queues: [pattern.data] } : undefined;
}

import type { Permission } from '@ojs/schema';
import type { About } from '../access/decide.ts';
import { type Refusal, refuse } from '../connection/refusal.ts';
import type { Ask } from './ask.ts';
import type { Claimed } from './claimed.ts';
import { notFound } from './refusals.ts';

const SCOPES = { system: ' on all queues of all tenants', tenant: ' on all queues of the tenant' } as const;

/** Denies, and tells the audit log. */
export function denied(
  ask: Ask,
  permission: Permission,
  detail: { queue?: string; type?: string | undefined; index?: number; job_id?: string; scope?: 'system' | 'tenant' },
): Refusal {
  const operation = ask.operation.id;
  ask.record('permission.denied', 'failure', { operation, permission, ...detail });
  const ofQueue = detail.queue === undefined ? '' : ` on queue ${detail.queue}`;
  const where = detail.scope === undefined ? ofQueue : SCOPES[detail.scope];
  return refuse('permission_denied', `The permission ${permission} is missing${where}.`, {
    hint: 'Ask an operator for a credential or a policy that includes it.',
    details: { permission, ...detail },
  });
}

/**
 * Queues, and types of jobs, that the caller names itself: one that is not permitted refuses the whole request, once.
 * @param batch whether the place in the list is the place in a batch.
 */
export function permitClaimed(ask: Ask, claims: readonly Claimed[], permission: Permission, batch: boolean): void {
  let last: Claimed | undefined;
  for (const [index, claimed] of claims.entries()) {
    const { queue, type } = claimed;
    // Neighbours in a batch are mostly of one queue and type.
    if (queue === last?.queue && type === last.type) continue;
    if (!ask.may(permission, queue, { type })) {
      throw denied(ask, permission, { queue, ...(isNarrowedTo(ask, type) && { type }), ...(batch && { index }) });
    }
    last = claimed;
  }
}

const isNarrowedTo = ({ principal }: Ask, type: string | undefined): boolean =>
  type !== undefined && principal.narrowed?.types !== undefined;

/** Queues that the caller names itself: one that is not permitted refuses the whole request. */
export const permitQueues = (ask: Ask, queues: readonly string[], permission: Permission): void =>
  permitClaimed(
    ask,
    queues.map((queue) => ({ queue })),
    permission,
    false,
  );

/** For lists and heartbeats: the permission must be held somewhere at all. */
export function permitAnywhere(ask: Ask, permission: Permission, about?: About): void {
  if (!ask.mayAnywhere(permission, about)) throw denied(ask, permission, {});
}

/** For what concerns the queues of a tenant together. */
export function permitEverywhere(ask: Ask, permission: Permission): void {
  if (!ask.mayEverywhere(permission)) throw denied(ask, permission, { scope: 'tenant' });
}

/** For what concerns all tenants together. */
export function permitSystem(ask: Ask, permission: Permission): void {
  if (!ask.mayInSystem(permission)) throw denied(ask, permission, { scope: 'system' });
}

/**
 * The job's own queue, as stored, decides. What the caller may not inspect does not exist for it; what it may inspect but
 * not do is forbidden. @returns the queue
 */
export async function permitJob(ask: Ask, id: string, permission: Permission): Promise<string> {
  const queue = await ask.services.engine.locate(ask.tenant, id);
  if (queue === undefined) throw notFound('job', id);
  const inspects = ask.may('inspect', queue, { job: id });
  // A worker was handed the job that it speaks of; whatever else is done to a job is answered with what the job holds.
  const needed: readonly Permission[] = permission === 'dequeue' ? [permission] : [permission, 'inspect'];
  const missing = needed.find((each) => !ask.may(each, queue, { job: id }));
  if (missing === undefined) return queue;
  const refusal = denied(ask, missing, { queue, job_id: id });
  throw inspects ? refusal : notFound('job', id);
}

import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@ojs/client';

/** What has not ended yet. */
export interface Open {
  readonly jobs: number;
  readonly workflows: number;
  readonly deliveries: number;
}

export async function whatIsOpen(admin: Client): Promise<Open> {
  const { queues } = await admin.call('listQueues', { query: { limit: 200 } });
  const stats = await Promise.all(queues.map(({ name }) => admin.call('getQueueStats', { path: { name } })));
  const { workflows } = await admin.call('listWorkflows', { query: { state: 'running', limit: 200 } });
  const { subscriptions } = await admin.call('listWebhooks', {});
  return {
    jobs: stats.reduce((sum, s) => sum + s.scheduled + s.available + s.pending + s.active + s.retryable, 0),
    workflows: workflows.length,
    deliveries: subscriptions.reduce((sum, { stats }) => sum + stats.pending, 0),
  };
}

/**
 * Waits until everything has ended. What does not change for a while is stuck.
 *
 * @param nudge is called at each look: makes moments come that would take too long
 */
export async function everythingEnds(admin: Client, patienceMs: number, nudge: () => Promise<void>): Promise<Open> {
  let last = '';
  let changedAt = performance.now();
  for (;;) {
    const open = await whatIsOpen(admin);
    const now = JSON.stringify(open);
    if (open.jobs + open.workflows + open.deliveries === 0) return open;
    if (now !== last) [last, changedAt] = [now, performance.now()];
    if (performance.now() - changedAt > patienceMs) return open;
    await nudge();
    await sleep(250);
  }
}

import { describe, expect, it } from 'vitest';
import { ROUTES } from './all.ts';
import { levelOf, MANIFEST } from './manifest.ts';

const all = Object.fromEntries(Object.keys(MANIFEST.capabilities).map((name) => [name, true])) as Parameters<
  typeof levelOf
>[0];

describe('the manifest', () => {
  it('states the highest level of which nothing is missing', () => {
    expect(levelOf(all)).toBe(4);
    expect(levelOf({ ...all, rate_limiting: false })).toBe(3);
    expect(levelOf({ ...all, rate_limiting: false, workflows: false })).toBe(2);
    expect(levelOf({ ...all, cron_jobs: false })).toBe(1);
    expect(levelOf({ ...all, dead_letter: false })).toBe(0);
  });

  it('claims nothing that has no route', () => {
    const paths = ROUTES.map(({ operation }) => operation.path);
    const needed: Readonly<Record<string, string>> = {
      cron_jobs: '/ojs/v1/cron',
      workflows: '/ojs/v1/workflows',
      batch_enqueue: '/ojs/v1/jobs/batch',
      dead_letter: '/ojs/v1/dead-letter',
      pause_resume: '/ojs/v1/queues/{name}/pause',
      'bulk-operations': '/ojs/v1/jobs/bulk/cancel',
      'durable-execution': '/ojs/v1/jobs/{id}/checkpoint',
      'execution-history': '/ojs/v1/jobs/{id}/history',
      'graceful-shutdown': '/ojs/v1/workers/heartbeat',
      'job-versioning': '/ojs/v1/workers/heartbeat',
      observability: '/metrics',
      progress: '/ojs/v1/jobs/{id}/progress',
      webhooks: '/ojs/v1/webhooks/subscriptions',
    };
    const claimed = [
      ...Object.entries(MANIFEST.capabilities).flatMap(([name, holds]) => (holds ? [name] : [])),
      ...MANIFEST.extensions.official.map(({ name }) => name),
    ];
    for (const name of claimed) if (needed[name]) expect(paths, name).toContain(needed[name]);
  });
});

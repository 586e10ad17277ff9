import type { Manifest } from '@ojs/schema';
import { VERSION } from '../version.ts';

/** What this server can do, true only where it does: the one place that says so. Names of http-binding §21. */
const CAPABILITIES = {
  batch_enqueue: true,
  cron_jobs: true,
  dead_letter: true,
  delayed_jobs: true,
  job_ttl: true,
  priority_queues: true,
  rate_limiting: true,
  schema_validation: false,
  unique_jobs: true,
  workflows: true,
  pause_resume: true,
} as const satisfies Readonly<Record<string, boolean>>;

type Capability = keyof typeof CAPABILITIES;

/** What each level asks for beyond the one below, from level 1 on (ojs-conformance §2). */
const LEVELS: readonly (readonly Capability[])[] = [
  ['dead_letter'],
  ['delayed_jobs', 'cron_jobs', 'job_ttl'],
  ['workflows'],
  ['unique_jobs', 'priority_queues', 'batch_enqueue', 'pause_resume', 'rate_limiting'],
];

/**
 * Extensions of which all that is required of a server holds, with the version of their text. The worker SDK follows
 * ojs-worker-protocol where graceful-shutdown says otherwise: SIGINT gives jobs back at once, and the grace period is 25 s.
 */
const OFFICIAL: Readonly<Record<string, string>> = {
  'bulk-operations': '1.0.0-rc.1',
  'dead-letter': '1.0.0-rc.1',
  'distributed-tracing': '0.2.0',
  'durable-execution': '1.0.0-rc.1',
  'execution-history': '0.1.0',
  'graceful-shutdown': '1.0.0-rc.1',
  'job-versioning': '0.1.0',
  observability: '1.0.0-rc.1',
  progress: '1.0.0-rc.1',
  'rate-limiting': '1.0.0-rc.1',
  results: '1.0.0-rc.1',
  webhooks: '1.0.0-rc.1',
};

/** The highest level of which all is there. Pure. */
export function levelOf(capabilities: Readonly<Record<Capability, boolean>>): number {
  const missing = LEVELS.findIndex((needed) => !needed.every((each) => capabilities[each]));
  return missing === -1 ? LEVELS.length : missing;
}

/** Everybody may read it (http-binding §21). */
export const MANIFEST: Manifest = {
  specversion: '1.0',
  ojs_version: '1.0',
  implementation: { name: 'ojs-server', version: VERSION, language: 'typescript' },
  conformance_level: levelOf(CAPABILITIES),
  conformance_tier: 'runtime',
  protocols: ['http'],
  backend: 'redis',
  capabilities: CAPABILITIES,
  extensions: {
    official: Object.entries(OFFICIAL).map(([name, version]) => ({ name, uri: `urn:ojs:ext:${name}`, version })),
    experimental: [],
  },
  unique_job_strength: 'strong',
  endpoints: { base_url: '/ojs/v1', manifest: '/ojs/manifest', health: '/ojs/v1/health' },
};

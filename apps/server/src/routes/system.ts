import { type Manifest, operations } from '@ojs/schema';
import { VERSION } from '../version.ts';
import type { Ask } from './ask.ts';
import { permitSystem } from './permit.ts';
import { type Answer, type Route, route } from './route.ts';
import type { Services } from './services.ts';

/** What this server can do; true only where it does. Everybody may read it (http-binding §21). */
const MANIFEST: Manifest = {
  specversion: '1.0',
  ojs_version: '1.0',
  implementation: { name: 'ojs-server', version: VERSION, language: 'typescript' },
  conformance_level: 1,
  protocols: ['http'],
  backend: 'redis',
  capabilities: {
    batch_enqueue: true,
    cron_jobs: false,
    dead_letter: true,
    delayed_jobs: true,
    job_ttl: true,
    priority_queues: true,
    rate_limiting: false,
    schema_validation: false,
    unique_jobs: true,
    workflows: true,
    pause_resume: true,
  },
  extensions: [],
  unique_job_strength: 'strong',
  endpoints: { base_url: '/ojs/v1', manifest: '/ojs/manifest', health: '/ojs/v1/health' },
};

/** How long one look at Redis answers for everybody who asks, in milliseconds: nobody can make the server ask more often. */
const HEALTH_MS = 250;
const checks = new WeakMap<Services, { at: number; healthy: Promise<boolean> }>();

function isHealthy(services: Services): Promise<boolean> {
  const known = checks.get(services);
  const now = Date.now();
  if (known !== undefined && now - known.at < HEALTH_MS) return known.healthy;
  const healthy = services.engine.ping().then(
    () => true,
    () => false,
  );
  checks.set(services, { at: now, healthy });
  return healthy;
}

async function health({ services }: Ask): Promise<Answer> {
  return (await isHealthy(services))
    ? { body: { status: 'ok', backend: { status: 'ok' } } }
    : { status: 503, body: { status: 'degraded', backend: { status: 'unhealthy' } } };
}

export const systemRoutes: readonly Route[] = [
  route(operations.getManifest, { target: 'public', handle: () => ({ body: MANIFEST }) }),
  route(operations.getHealth, { target: 'public', handle: health }),
  route(operations.getLiveness, { target: 'public', handle: health }),

  route(operations.getReadiness, {
    target: 'public',
    async handle({ services }) {
      const isReady = !services.isLeaving() && (await isHealthy(services));
      return isReady ? { body: { status: 'ready' } } : { status: 503, body: { status: 'not_ready' } };
    },
  }),

  route(operations.getMetrics, {
    target: 'visible',
    async handle(ask) {
      permitSystem(ask, 'inspect');
      const text = await ask.services.metrics.text();
      return { respond: (reply, answers) => answers.text(reply, 200, text) };
    },
  }),
];

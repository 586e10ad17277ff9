import { operations } from '@ojs/schema';
import type { Ask } from './ask.ts';
import { MANIFEST } from './manifest.ts';
import { permitSystem } from './permit.ts';
import { type Answer, type Route, route } from './route.ts';
import type { Services } from './services.ts';

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

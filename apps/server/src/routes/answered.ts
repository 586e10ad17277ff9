import type { FastifyReply } from 'fastify';
import type { Metrics } from '../telemetry/metrics.ts';

/** Counts an answer under its operation; what reached none (an unknown path, a wrong method) under `none`. */
export function tellAnswer(metrics: Pick<Metrics, 'answered'>, { request }: FastifyReply, status: number): void {
  const { ask } = request;
  if (ask === undefined) metrics.answered(request.routeOptions.config.operation?.id ?? 'none', status, undefined);
  else metrics.answered(ask.operation.id, status, Date.now() - ask.startedAt);
}

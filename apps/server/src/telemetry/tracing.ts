import type { EngineObserver } from '../engine/observer.ts';
import { VERSION } from '../version.ts';

export interface Tracing {
  readonly jobs: EngineObserver;
  /** Sends what waits, for a few seconds at most. */
  close(): Promise<void>;
}

/** How long the collector may take, in milliseconds. */
const PATIENCE_MS = 5_000;
const EVERY_MS = 2_000;

/**
 * Sends spans to an OpenTelemetry collector by OTLP over HTTP. Loaded only where an endpoint is set: nobody else pays for it.
 * Only the traces that a producer samples are followed; what a collector does not take in time is dropped.
 *
 * @param onFailure hears of the first of a spell of failures
 */
export async function startTracing(
  { endpoint, headers }: { endpoint: string; headers: Readonly<Record<string, string>> },
  onFailure: (error: unknown) => void,
): Promise<Tracing> {
  const [{ BatchSpanProcessor, AlwaysOffSampler, ParentBasedSampler, TracerProvider }, otlp, resources, spans] =
    await Promise.all([
      import('@opentelemetry/sdk-trace'),
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/resources'),
      import('./job-spans.ts'),
    ]);
  const exporter = new otlp.OTLPTraceExporter({ url: endpoint, headers: { ...headers }, timeoutMillis: PATIENCE_MS });
  let isFailing = false;
  const told: typeof exporter.export = (batch, done) =>
    exporter.export(batch, (result) => {
      const failed = result.error !== undefined;
      if (failed && !isFailing) onFailure(result.error);
      isFailing = failed;
      done(result);
    });
  const provider = new TracerProvider({
    resource: resources.resourceFromAttributes({ 'service.name': 'ojs-server', 'service.version': VERSION }),
    sampler: new ParentBasedSampler({ root: new AlwaysOffSampler() }),
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: { export: told, forceFlush: () => exporter.forceFlush(), shutdown: () => exporter.shutdown() },
        scheduledDelayMillis: EVERY_MS,
        exportTimeoutMillis: PATIENCE_MS,
      }),
    ],
  });
  return {
    jobs: spans.jobSpans(provider.getTracer('@ojs/server', VERSION)),
    close: () => provider.shutdown().catch(() => undefined),
  };
}

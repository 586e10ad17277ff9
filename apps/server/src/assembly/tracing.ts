import type { Config } from '../config/config.ts';
import type { Log } from '../telemetry/log.ts';
import { startTracing, type Tracing } from '../telemetry/tracing.ts';

/** Undefined where no collector is set. */
export async function openTracing({ tracing: { endpoint }, secrets }: Config, log: Log): Promise<Tracing | undefined> {
  if (endpoint === undefined) return undefined;
  const headers = headersOf(secrets.get('TRACING_HEADERS')?.reveal() ?? '');
  return startTracing({ endpoint, headers }, (err) => log.warn({ err }, 'spans cannot be sent to the collector'));
}

/** `name=value,name=value`, as OTEL_EXPORTER_OTLP_HEADERS has it. */
const headersOf = (text: string): Record<string, string> =>
  Object.fromEntries(
    text
      .split(',')
      .map((pair) => pair.trim().split(/=(.*)/s))
      .filter(([name]) => name)
      .map(([name = '', value = '']) => [name, value]),
  );

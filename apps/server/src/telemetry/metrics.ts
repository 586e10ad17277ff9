import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { AuditEvent } from '../audit/audit.ts';
import type { Overview } from '../engine/engine.ts';
import type { EngineObserver } from '../engine/observer.ts';
import { jobMetrics } from './job-metrics.ts';
import { queueMetrics } from './queue-metrics.ts';

/** What is looked up when somebody asks for the metrics. */
export interface Watched {
  readonly connections: () => number;
  readonly auditBytes: () => number;
  /** In milliseconds since the epoch; undefined without TLS. */
  readonly certificateEnds: () => number | undefined;
  readonly overview: (mostQueues: number) => Promise<Overview>;
}

export interface Metrics {
  readonly jobs: EngineObserver;
  /** @param ms from the first byte of the request to the answer; undefined where no route was reached. */
  answered(operation: string, status: number, ms: number | undefined): void;
  recorded(event: AuditEvent): void;
  derived(): void;
  /** A secrets manager was asked for the values of this moment. */
  secretsRefreshed(provider: string, isAnswered: boolean): void;
  watch(watched: Watched): void;
  /** All of it in the text format of Prometheus. */
  text(): Promise<string>;
}

const REQUEST = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30];
/** Reasons of refused credentials are words of this code; another is never a label. */
const WORD = /^[a-z_]{1,40}$/;

/** The metrics of one server, in a registry of its own. @param mostPairs pairs of queue and job type that are labels. */
export function createMetrics(mostPairs: number): Metrics {
  const register = new Registry();
  const registers = [register];
  collectDefaultMetrics({ register });
  const requests = new Counter({
    name: 'ojs_http_requests_total',
    help: 'Requests answered, by operation and class of status',
    labelNames: ['operation', 'status'],
    registers,
  });
  const durations = new Histogram({
    name: 'ojs_http_request_duration_seconds',
    help: 'Time to answer, the time that a request asked to wait included',
    labelNames: ['operation'],
    buckets: REQUEST,
    registers,
  });
  const refused = new Counter({
    name: 'ojs_auth_failures_total',
    help: 'Credentials refused, by reason',
    labelNames: ['reason'],
    registers,
  });
  const records = new Counter({
    name: 'ojs_audit_events_total',
    help: 'Security events, by type; of a flood all are counted',
    labelNames: ['event_type', 'outcome'],
    registers,
  });
  const derivations = new Counter({ name: 'ojs_key_derivations_total', help: 'Keys that were hashed', registers });

  const refreshes = new Counter({
    name: 'ojs_secret_refreshes_total',
    help: 'Times that a secrets manager was asked again, by whether it answered',
    labelNames: ['provider', 'outcome'],
    registers,
  });

  return {
    jobs: jobMetrics(register, mostPairs),
    answered(operation, status, ms) {
      requests.inc({ operation, status: `${Math.floor(status / 100)}xx` });
      if (ms !== undefined) durations.observe({ operation }, ms / 1_000);
    },
    recorded({ event_type, outcome, detail: { reason } }) {
      records.inc({ event_type, outcome });
      if (event_type !== 'auth.login.failure') return;
      refused.inc({ reason: typeof reason === 'string' && WORD.test(reason) ? reason : 'unknown' });
    },
    derived: () => derivations.inc(),
    secretsRefreshed: (provider, isAnswered) => refreshes.inc({ provider, outcome: isAnswered ? 'answered' : 'away' }),
    watch({ connections, auditBytes, certificateEnds, overview }) {
      queueMetrics(register, mostPairs, overview);
      const gauge = (name: string, help: string, read: () => number) =>
        new Gauge({ name, help, registers, collect: gaugeOf(read) });
      gauge('ojs_connections', 'Open connections', connections);
      gauge('ojs_audit_waiting_bytes', 'Audit records that wait to be written', auditBytes);
      const secondsLeft = (): number => ((certificateEnds() ?? 0) - Date.now()) / 1_000;
      if (certificateEnds() !== undefined) {
        gauge('ojs_tls_certificate_seconds_left', 'Until the TLS certificate in use ends', secondsLeft);
      }
    },
    text: () => register.metrics(),
  };
}

const gaugeOf = (read: () => number) =>
  function (this: Gauge): void {
    this.set(read());
  };

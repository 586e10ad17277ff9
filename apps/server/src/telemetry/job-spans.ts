import type { Job, JobSummary } from '@ojs/schema';
import { type Attributes, ROOT_CONTEXT, SpanKind, type Tracer, trace } from '@opentelemetry/api';
import type { EngineObserver } from '../engine/observer.ts';
import { VERSION } from '../version.ts';
import { type TraceContext, traceContextOf } from './trace-context.ts';

/** Jobs under way whose trace is remembered for the span of their end. */
const REMEMBERED = 10_000;
/** Spans of one request; a batch may have a thousand jobs. */
const AT_ONCE = 100;

const SAMPLED = 1;

const attributesOf = ({ id, type, queue, state, attempt }: JobSummary | Job): Attributes => ({
  'messaging.system': 'ojs',
  'messaging.destination.name': queue,
  'ojs.job.id': id,
  'ojs.job.type': type,
  'ojs.job.queue': queue,
  'ojs.job.state': state,
  'ojs.job.attempt': attempt,
  'ojs.backend.type': 'redis',
  'ojs.backend.version': VERSION,
});

/**
 * The server's spans in the traces that jobs carry (ojs-distributed-tracing §7.1): `ojs.enqueue`, `ojs.fetch`, and at the end
 * of an attempt `ojs.ack` or `ojs.nack`, where this process handed the job out. It begins no traces of its own.
 */
export function jobSpans(tracer: Tracer): EngineObserver {
  const underWay = new Map<string, TraceContext>();

  function span(name: string, parent: TraceContext, job: JobSummary | Job, ms: number): void {
    const now = Date.now();
    const context = trace.setSpanContext(ROOT_CONTEXT, { ...parent, isRemote: true });
    const options = { kind: SpanKind.SERVER, startTime: now - ms, attributes: attributesOf(job) };
    tracer.startSpan(name, options, context).end(now);
  }

  function each(jobs: readonly Job[], act: (job: Job, parent: TraceContext) => void): void {
    let left = AT_ONCE;
    for (const job of jobs) {
      const parent = traceContextOf(job.meta);
      if (parent === undefined || (parent.traceFlags & SAMPLED) === 0) continue;
      act(job, parent);
      if (--left === 0) return;
    }
  }

  function remember(key: string, parent: TraceContext): void {
    underWay.delete(key);
    underWay.set(key, parent);
    const [oldest] = underWay.keys();
    if (underWay.size > REMEMBERED && oldest !== undefined) underWay.delete(oldest);
  }

  return {
    enqueued: (_tenant, jobs, ms) => each(jobs, (job, parent) => span('ojs.enqueue', parent, job, ms)),
    started: (tenant, jobs, ms) =>
      each(jobs, (job, parent) => {
        span('ojs.fetch', parent, job, ms);
        remember(`${tenant} ${job.id}`, parent);
      }),
    settled(tenant, ended, ms) {
      const key = `${tenant} ${ended.id}`;
      const parent = underWay.get(key);
      if (parent === undefined) return;
      underWay.delete(key);
      span(ended.state === 'completed' ? 'ojs.ack' : 'ojs.nack', parent, ended, ms);
    },
  };
}

import type { Attributes, Context, Link, Span, SpanContext } from '@opentelemetry/api';
import type { EnqueueRequest, Job } from './api.ts';
import { OjsValidationError } from './errors.ts';
import { TRACEPARENT, traceparentOf } from './traceparent.ts';

type Api = typeof import('@opentelemetry/api');

/** What the application has installed: null when nothing, undefined while that is not known yet. */
let api: Api | null | undefined;
let loading: Promise<Api | null> | undefined;

/** The application's OpenTelemetry API, an optional peer. Without an SDK behind it all that follows does nothing. */
function load(): Promise<Api | null> {
  loading ??= import('@opentelemetry/api').then(
    (found) => (api = found),
    () => (api = null),
  );
  return loading;
}

const SCOPE = '@ojs/client';
/** W3C Baggage §3.3.2: beyond that it is left out. */
const BAGGAGE_BYTES = 8_192;

/**
 * Sends jobs inside a span `{queue} enqueue` (of several: `enqueue_batch`), whose context travels in their meta
 * (ojs-distributed-tracing §6.1). Meta that names a trace of its own keeps it.
 */
export function traceEnqueue<T>(
  requests: readonly EnqueueRequest[],
  send: (requests: readonly EnqueueRequest[]) => Promise<T>,
): Promise<T> {
  return api === null ? send(requests) : enqueueTraced(requests, send);
}

async function enqueueTraced<T>(
  requests: readonly EnqueueRequest[],
  send: (requests: readonly EnqueueRequest[]) => Promise<T>,
): Promise<T> {
  const otel = api ?? (await load());
  const [first] = requests;
  if (otel === null || first === undefined) return send(requests);
  const queue = first.options?.queue ?? 'default';
  const isBatch = requests.length > 1;
  const attributes = {
    ...about(queue, first.type, isBatch ? undefined : first.id),
    'messaging.operation.type': 'publish',
    ...(isBatch && { 'messaging.batch.message_count': requests.length }),
  };
  const options = { kind: otel.SpanKind.PRODUCER, attributes };
  return otel.trace
    .getTracer(SCOPE)
    .startActiveSpan(`${queue} ${isBatch ? 'enqueue_batch' : 'enqueue'}`, options, (span) => {
      const carried = carry(otel, span, otel.context.active());
      return ending(otel, span, () => send(carried ? requests.map((request) => withMeta(request, carried)) : requests));
    });
}

/** How an attempt ended, as far as a span tells it. */
export interface TracedOutcome {
  readonly kind: string;
  readonly error?: unknown;
}

/**
 * Runs a handler inside a span `{queue} process` (ojs-distributed-tracing §6.1), with a link to the span that enqueued the job.
 *
 * @param join whether it is part of that span's trace, too; else it begins a trace of its own.
 */
export function traceProcess<O extends TracedOutcome>(
  job: Job,
  workerId: string,
  join: boolean,
  run: () => Promise<O>,
): Promise<O> {
  return api === null ? run() : processTraced(job, workerId, join, run);
}

async function processTraced<O extends TracedOutcome>(
  job: Job,
  workerId: string,
  join: boolean,
  run: () => Promise<O>,
): Promise<O> {
  const otel = api ?? (await load());
  if (otel === null) return run();
  const origin = originOf(otel, job);
  const parent =
    origin && join
      ? withBaggage(otel, job, otel.trace.setSpanContext(otel.context.active(), origin))
      : otel.context.active();
  const links: Link[] = origin ? [{ context: origin }] : [];
  const attributes = {
    ...about(job.queue, job.type, job.id),
    'messaging.operation.type': 'process',
    'ojs.job.attempt': job.attempt,
    'ojs.job.priority': job.priority,
    'ojs.worker.id': workerId,
    ...workflowOf(job),
  };
  const options = { kind: otel.SpanKind.CONSUMER, attributes, links };
  return otel.trace.getTracer(SCOPE).startActiveSpan(`${job.queue} process`, options, parent, async (span) => {
    const outcome = await run();
    if (outcome.kind === 'ack') span.setStatus({ code: otel.SpanStatusCode.OK });
    if (outcome.error !== undefined) {
      span.setAttribute('ojs.job.error.attempt', job.attempt);
      fail(otel, span, outcome.error);
    }
    span.end();
    return outcome;
  });
}

const about = (queue: string, type: string, id: string | undefined): Attributes => ({
  'messaging.system': 'ojs',
  'messaging.destination.name': queue,
  'ojs.job.queue': queue,
  'ojs.job.type': type,
  ...(id !== undefined && { 'ojs.job.id': id, 'messaging.message.id': id }),
});

/** ojs-distributed-tracing §5.3 */
const workflowOf = ({ workflow_id: id, workflow_type: type, workflow_step: step }: Job): Attributes => ({
  ...(id !== undefined && { 'ojs.workflow.id': id }),
  ...(type !== undefined && { 'ojs.workflow.type': type }),
  ...(step !== undefined && { 'ojs.workflow.step': step }),
});

/** What meta is to carry; nothing where no SDK makes a trace. */
function carry(otel: Api, span: Span, context: Context): Record<string, string> | undefined {
  const traceparent = traceparentOf(span.spanContext());
  if (traceparent === undefined) return undefined;
  const tracestate = span.spanContext().traceState?.serialize();
  const injected: Record<string, string> = {};
  otel.propagation.inject(context, injected);
  const { baggage } = injected;
  return {
    traceparent,
    ...(tracestate && { tracestate }),
    ...(baggage !== undefined && baggage.length <= BAGGAGE_BYTES && { baggage }),
  };
}

const withMeta = (request: EnqueueRequest, carried: Record<string, string>): EnqueueRequest =>
  request.meta?.traceparent === undefined ? { ...request, meta: { ...carried, ...request.meta } } : request;

/** The span that enqueued the job; nothing where meta does not name one in the form of W3C Trace Context. */
function originOf(otel: Api, { meta }: Job): SpanContext | undefined {
  const { traceparent, tracestate } = meta ?? {};
  const [, traceId, spanId, flags] = TRACEPARENT.exec(typeof traceparent === 'string' ? traceparent : '') ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  const context: SpanContext = { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
  if (!otel.isSpanContextValid(context)) return undefined;
  const state = typeof tracestate === 'string' && tracestate.length <= 512 ? tracestate : undefined;
  return state === undefined ? context : { ...context, traceState: otel.createTraceState(state) };
}

function withBaggage(otel: Api, { meta }: Job, context: Context): Context {
  const { baggage } = meta ?? {};
  if (typeof baggage !== 'string' || baggage.length > BAGGAGE_BYTES) return context;
  const origin = otel.trace.getSpanContext(context);
  const extracted = otel.propagation.extract(context, { baggage });
  return origin ? otel.trace.setSpanContext(extracted, origin) : extracted;
}

async function ending<T>(otel: Api, span: Span, work: () => Promise<T>): Promise<T> {
  try {
    const result = await work();
    span.setStatus({ code: otel.SpanStatusCode.OK });
    return result;
  } catch (error) {
    fail(otel, span, error);
    throw error;
  } finally {
    span.end();
  }
}

function fail(otel: Api, span: Span, error: unknown): void {
  const known = error instanceof Error ? error : new Error(String(error));
  // Neither its message nor its stack, which begins with the message.
  const told = error instanceof OjsValidationError ? { name: error.name, message: error.summary } : known;
  span.recordException(told);
  span.setAttributes({ 'error.type': told.name, 'error.message': told.message });
  span.setStatus({ code: otel.SpanStatusCode.ERROR, message: told.message });
}

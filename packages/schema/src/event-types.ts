import { z } from 'zod';

/** Event types of ojs-events §3, and of ojs-workflows Appendix B. A server emits those of the features that it has. */
export const EVENT_TYPES = [
  'job.enqueued',
  'job.scheduled',
  'job.started',
  'job.heartbeat',
  'job.progress',
  'job.checkpointed',
  'job.completed',
  'job.failed',
  'job.retrying',
  'job.discarded',
  'job.cancelled',
  'job.expired',
  'rate_limit.exceeded',
  'rate_limit.released',
  'rate_limit.dropped',
  'rate_limit.dynamic_adjusted',
  'dead_letter.added',
  'dead_letter.retried',
  'dead_letter.deleted',
  'dead_letter.pruned',
  'queue.paused',
  'queue.resumed',
  'queue.draining',
  'queue.created',
  'queue.config_updated',
  'queue.deleted',
  'worker.started',
  'worker.heartbeat',
  'worker.quiet',
  'worker.stopped',
  'workflow.created',
  'workflow.started',
  'workflow.step_completed',
  'workflow.step_failed',
  'workflow.job_completed',
  'workflow.job_failed',
  'workflow.callback_fired',
  'workflow.completed',
  'workflow.failed',
  'workflow.cancelled',
  'cron.triggered',
  'cron.skipped',
] as const;
export const EventType = z.enum(EVENT_TYPES).meta({ id: 'EventType' });
export type EventType = z.infer<typeof EventType>;

/** A change of state as ojs-realtime §4.1 tells it: made from the events above, on streams only. */
export const STATE_CHANGED = 'job.state_changed';

const CATEGORIES = [...new Set(EVENT_TYPES.map((type) => type.slice(0, type.indexOf('.'))))];

const PATTERNS = ['*', ...CATEGORIES.map((category) => `${category}.*`), ...EVENT_TYPES];

/** A type, all of a category (`job.*`), or all (`*`); ojs-events §6.1. */
export const EventPattern = z.enum(PATTERNS).meta({ id: 'EventPattern' });
/** The same on a stream. */
export const StreamPattern = z.enum([...PATTERNS, STATE_CHANGED]).meta({ id: 'EventStreamPattern' });
export type EventPattern = z.infer<typeof EventPattern>;

/** Whether one of the patterns means the type. */
export const matchesEvent = (patterns: readonly string[], type: string): boolean =>
  patterns.some(
    (pattern) =>
      pattern === '*' || pattern === type || (pattern.endsWith('.*') && type.startsWith(pattern.slice(0, -1))),
  );

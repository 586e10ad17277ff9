import type { AuditEvent, AuditLog } from './audit.ts';
import { FLOOD, Flood, type FloodOptions } from './flood.ts';
import { redactEvent } from './redact.ts';
import { serverEvent } from './server-event.ts';
import { FileSink, StreamSink } from './sink.ts';
import { Writer } from './writer.ts';

export interface AuditLogOptions {
  /** `OJS_AUDIT_FILE`: JSON lines are appended to it. */
  readonly file?: string | undefined;
  /** Where they go without a file. Default: standard output. */
  readonly stream?: NodeJS.WritableStream;
  /** Hears of records that cannot be written: `error.message` names the file, never a record. */
  readonly onFailure: (error: Error) => void;
  /** Hears of every event, also of those that a flood keeps from being written. */
  readonly onRecord?: (event: AuditEvent) => void;
  readonly flood?: FloodOptions;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

/** An audit log whose file can be moved away. */
export interface ReopenableAuditLog extends AuditLog {
  /** Opens the file anew: for SIGHUP, after a log rotation. */
  reopen(): void;
  /** How much waits to be written, about. */
  waitingBytes(): number;
}

/** Records as JSON lines, in order, to a file or stream. Nobody waits for a write, and no failed write reaches a request. */
export function createAuditLog(options: AuditLogOptions): ReopenableAuditLog {
  const now = options.now ?? Date.now;
  const flood = new Flood(options.flood ?? FLOOD);
  const sink =
    options.file === undefined ? new StreamSink(options.stream ?? process.stdout) : new FileSink(options.file);
  const fail = (error: unknown): void => options.onFailure(error instanceof Error ? error : new Error(String(error)));
  const writer = new Writer(sink, fail, (lines) => {
    write(serverEvent('audit.records_lost', 'failure', { count: lines }));
  });
  const write = (event: AuditEvent): void => {
    try {
      writer.write(JSON.stringify({ timestamp: new Date(now()).toISOString(), ...redactEvent(event) }));
    } catch (error) {
      fail(error);
    }
  };
  const writeCounts = (all: boolean): void => {
    for (const { event, count, fromMs } of flood.ended(now(), all)) {
      const detail = { suppressed: count, since: new Date(fromMs).toISOString(), last: event.detail };
      write({ ...event, principal: 'several', detail });
    }
  };
  const timer = setInterval(() => writeCounts(false), Math.min(1_000, options.flood?.intervalMs ?? 1_000)).unref();

  return {
    record(event) {
      options.onRecord?.(event);
      // What was done is recorded whatever its number; what was refused can be made to happen by anybody.
      if (event.outcome === 'success' || flood.admits(event, now())) write(event);
    },
    reopen: () => sink.reopen(),
    waitingBytes: () => writer.waitingBytes,
    async close() {
      clearInterval(timer);
      writeCounts(true);
      await writer.close();
    },
  };
}

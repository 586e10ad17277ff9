import type { Limits } from '@ojs/schema';
import type { Access } from '../access/create-access.ts';
import type { AuditLog } from '../audit/audit.ts';
import type { Logins } from '../audit/logins.ts';
import type { Answers } from '../connection/answer.ts';
import type { Engine } from '../engine/engine.ts';
import type { Identity } from '../identity/create-identity.ts';
import type { CredentialManager } from '../identity/manage/manager.ts';
import type { Outgoing } from '../outgoing/send.ts';
import type { Log } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { EnqueueRules } from './enqueue.ts';
import type { StreamSlots } from './stream-slots.ts';

/** What the routes work with. */
export interface Services {
  readonly engine: Engine;
  readonly limits: Limits;
  readonly rules: EnqueueRules;
  readonly identity: Omit<Identity, 'start' | 'close'>;
  readonly credentials: CredentialManager;
  readonly access: Pick<Access, 'epochs' | 'policy'>;
  readonly audit: AuditLog;
  readonly logins: Logins;
  readonly log: Log;
  readonly metrics: Pick<Metrics, 'text'>;
  readonly answers: Answers;
  /** Whether admins need a second factor for operations that say so. */
  readonly mfaRequired: boolean;
  /** How long the token of a registered worker lasts. */
  readonly workerTokenMs: number;
  /** How long the token of an elevation lasts. */
  readonly elevationMs: number;
  /** What can be said of a URL before it is sent to. */
  readonly outgoing: Pick<Outgoing, 'check'>;
  /** The streams of events that are open. */
  readonly streams: StreamSlots;
  /** Whether the server will stop: it is not ready any more, and still does what it is asked. */
  readonly isLeaving: () => boolean;
  /** Fires when the server stops: whoever waits is answered at once. */
  readonly stopping: AbortSignal;
  /** Development only: `metadata.test_directive` of a job comes back from a heartbeat. */
  readonly testDirectives: boolean;
}

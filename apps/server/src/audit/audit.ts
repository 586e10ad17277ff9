/** What may stand in a detail: plain data. Strings are checked once more before they are written. */
export type Detail =
  | string
  | number
  | boolean
  | null
  | undefined
  | readonly Detail[]
  | { readonly [name: string]: Detail };

/** A security event: the security page's fields, and `correlation_id` and `tenant`. The timestamp is added when it is recorded. */
export interface AuditEvent {
  /** Dot-delimited, such as `permission.denied`. */
  readonly event_type: string;
  /** `unknown` where nobody was identified. */
  readonly principal: string;
  readonly source_ip: string;
  /** The request id. */
  readonly correlation_id: string;
  readonly tenant: string;
  readonly outcome: 'success' | 'failure';
  readonly detail: { readonly [name: string]: Detail };
}

export interface AuditLog {
  /**
   * Takes the event and returns at once; never throws. Failures beyond a number per source and interval become one record with
   * their count.
   */
  record(event: AuditEvent): void;
  /** Writes what is waiting, counts included, and closes. */
  close(): Promise<void>;
}

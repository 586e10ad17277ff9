/** What the caller says itself of what it wants to do. */
export interface Claimed {
  readonly queue: string;
  /** Of the job that would be enqueued. */
  readonly type?: string | undefined;
}

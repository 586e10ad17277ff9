import {
  formatTimestamp,
  type HistoryActor,
  type HistoryEvent,
  type HistoryEventType,
  type JobState,
} from '@ojs/schema';

/** The history of a job as it is put together: one event after the other, each change of state told once. */
export class Timeline {
  readonly events: HistoryEvent[] = [];
  readonly #jobId: string;
  #state: JobState;
  #at: number;

  constructor(jobId: string, state: JobState, at: number) {
    this.#jobId = jobId;
    this.#state = state;
    this.#at = at;
  }

  /** When the job came into the state that it is in, in milliseconds. */
  get at(): number {
    return this.#at;
  }

  get state(): JobState {
    return this.#state;
  }

  tell(event_type: HistoryEventType, at: number, actor: HistoryActor, data: Readonly<Record<string, unknown>>): void {
    const what = event_type === 'job.state_changed' ? `${data.from}-${data.to}` : event_type.slice('job.'.length);
    this.events.push({
      id: `evt_${at}_${what}`,
      job_id: this.#jobId,
      event_type,
      timestamp: formatTimestamp(at),
      actor,
      data: { ...data },
    });
  }

  become(state: JobState, at: number, actor: HistoryActor): void {
    if (state === this.#state) return;
    this.tell('job.state_changed', at, actor, { from: this.#state, to: state });
    this.#state = state;
    this.#at = at;
  }
}

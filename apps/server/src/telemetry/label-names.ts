/** What stands for all names beyond the bound. */
export const OTHER = 'other';

/** A queue and a job type as labels. */
export interface JobLabels {
  readonly queue: string;
  readonly type: string;
}

const REST: JobLabels = { queue: OTHER, type: OTHER };

/**
 * Names as labels, in bounded number: clients choose the names of queues and types, and each new pair is a new time series
 * for as long as the process lives. The first ones keep their names, all others share one.
 */
export class LabelNames {
  readonly #most: number;
  readonly #known = new Map<string, Map<string, JobLabels>>();
  #count = 0;

  /** @param most pairs of queue and type that keep their names. */
  constructor(most: number) {
    this.#most = most;
  }

  of(queue: string, type: string): JobLabels {
    const known = this.#known.get(queue)?.get(type);
    if (known !== undefined) return known;
    if (this.#count >= this.#most) return REST;
    this.#count++;
    const labels = { queue, type };
    const types = this.#known.get(queue) ?? new Map<string, JobLabels>();
    this.#known.set(queue, types.set(type, labels));
    return labels;
  }
}

import { type Client, type EnqueueRequest, isTransient, type Job, OjsError } from '@ojs/client';
import { jobIn, jobsIn } from './answered.ts';
import { confirmEnqueued } from './confirm.ts';

/** How many requests are under way at once before jobs wait for each other. */
const WIDTH = 4;
/** The most jobs in one gathered request: few enough that nobody else waits long for their turn. */
const GROUP_MAX = 100;

interface Waiting {
  readonly request: EnqueueRequest;
  readonly resolve: (job: Job) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Sends jobs that are enqueued in the same turn of the event loop together, and, while several requests are under way, also
 * those that come meanwhile, when the next has been answered. A job that comes alone goes alone, at once. Every caller gets the answer to
 * its own job: a batch that is refused because of one job is sent again one by one, under the same ids.
 */
export class EnqueueGather {
  readonly #client: Client;
  #waiting: Waiting[] = [];
  #underWay = 0;
  #isDue = false;

  constructor(client: Client) {
    this.#client = client;
  }

  /** The request's id must be one that nobody else can have used. */
  enqueue(request: EnqueueRequest): Promise<Job> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ request, resolve, reject });
      this.#sendSoon();
    });
  }

  /** Who else has something to enqueue in this turn goes along. */
  #sendSoon(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    setImmediate(() => {
      this.#isDue = false;
      this.#send();
    });
  }

  #send(): void {
    while (this.#waiting.length > 0 && this.#underWay < WIDTH) {
      this.#underWay += 1;
      const group = this.#waiting.splice(0, GROUP_MAX);
      void this.#serve(group).then(() => {
        this.#underWay -= 1;
        // Who has just been answered may enqueue the next at once.
        if (this.#waiting.length > 0) this.#sendSoon();
      });
    }
  }

  async #serve(group: readonly Waiting[]): Promise<void> {
    try {
      const jobs = await enqueueTogether(
        this.#client,
        group.map(({ request }) => request),
      );
      group.forEach(({ resolve }, i) => {
        resolve(jobs[i] as Job);
      });
    } catch (error) {
      if (group.length > 1 && isOfOneJob(error)) await Promise.all(group.map((one) => this.#serve([one])));
      else for (const { reject } of group) reject(error);
    }
  }
}

async function enqueueTogether(client: Client, requests: readonly EnqueueRequest[]): Promise<readonly Job[]> {
  try {
    const [first] = requests;
    if (requests.length === 1 && first) return [jobIn(await client.call('enqueueJob', { body: first }))];
    return jobsIn(await client.call('enqueueBatch', { body: { jobs: [...requests] } }), requests.length);
  } catch (error) {
    const jobs = await confirmEnqueued(client, error, requests, true, undefined);
    if (!jobs) throw error;
    return jobs;
  }
}

/** Whether one job may be to blame, so that the others need not share its fate. */
const isOfOneJob = (error: unknown): boolean =>
  error instanceof OjsError && !isTransient(error) && error.status !== 401;

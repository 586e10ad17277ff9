import {
  type CallAnswer,
  type CallInput,
  type Client,
  type EnqueueRequest,
  type Job,
  OjsError,
  type OperationId,
} from '@ojs/client';

type Answers = { [Id in OperationId]?: (input: CallInput<Id>) => CallAnswer<Id> };

const TERMINAL: ReadonlySet<string> = new Set(['completed', 'cancelled', 'discarded']);

/** The calls that a producer makes, answered from memory as a server would answer them. Nothing runs here. */
export class MemoryServer implements Client {
  /** In the order in which they were enqueued. */
  readonly jobs = new Map<string, Job>();
  readonly #answers: Answers = {
    enqueueJob: ({ body }) => ({ job: this.#add([body])[0] as Job }),
    enqueueBatch: ({ body }) => {
      const jobs = this.#add(body.jobs);
      return { jobs, count: jobs.length };
    },
    getJob: ({ path }) => ({ job: this.#find(path.id) }),
    cancelJob: ({ path }) => ({ job: this.#cancel(this.#find(path.id)) }),
  };

  async call<Id extends OperationId>(operation: Id, input: CallInput<Id>): Promise<CallAnswer<Id>> {
    const answer = this.#answers[operation] as ((input: CallInput<Id>) => CallAnswer<Id>) | undefined;
    if (!answer) throw refusal('unsupported', `The producer for tests does not answer ${operation}: use a real server`);
    // What travels is JSON.
    return structuredClone(answer(JSON.parse(JSON.stringify(input)) as CallInput<Id>));
  }

  postForm(): never {
    throw refusal('unsupported', 'The producer for tests gives no tokens: use a real server');
  }

  events(): never {
    throw refusal('unsupported', 'The producer for tests tells no events: use a real server');
  }

  async close(): Promise<void> {}

  async destroy(): Promise<void> {}

  /** All or none. */
  #add(requests: readonly EnqueueRequest[]): Job[] {
    const taken = requests.find(
      ({ id }, i) => this.jobs.has(id as string) || requests.findIndex((r) => r.id === id) < i,
    );
    if (taken) throw refusal('duplicate', `A job with the id ${taken.id} exists already`);
    const jobs = requests.map(jobOf);
    for (const job of jobs) this.jobs.set(job.id, job);
    return jobs;
  }

  #find(id: string): Job {
    const job = this.jobs.get(id);
    if (!job) throw refusal('not_found', 'The job does not exist');
    return job;
  }

  #cancel(job: Job): Job {
    if (TERMINAL.has(job.state)) throw refusal('conflict', `The job is ${job.state}`);
    return Object.assign(job, { state: 'cancelled', cancelled_at: new Date().toISOString() });
  }
}

const STATUS: Readonly<Record<string, number>> = { not_found: 404, duplicate: 409, conflict: 409, unsupported: 422 };

const refusal = (code: string, message: string): OjsError => new OjsError(message, { code, status: STATUS[code] });

function jobOf({ id, type, args, meta = {}, options = {} }: EnqueueRequest): Job {
  const now = new Date().toISOString();
  const { queue = 'default', priority = 0, scheduled_at, retry, metadata, ...more } = options;
  return {
    ...more,
    specversion: '1.0',
    id: id as string,
    type,
    queue,
    state: isAhead(scheduled_at) ? 'scheduled' : 'available',
    args,
    meta,
    priority,
    attempt: 0,
    max_attempts: retry?.max_attempts ?? 3,
    created_at: now,
    enqueued_at: now,
    ...(scheduled_at && { scheduled_at }),
    ...(retry && { retry }),
  } as Job;
}

const isAhead = (moment: string | null | undefined): boolean =>
  typeof moment === 'string' && (moment.startsWith('+') ? moment !== '+PT0S' : Date.parse(moment) > Date.now());

import type { JobState, WorkflowState } from '@ojs/schema';

/** What the engine refuses, in its own words; the routes turn each into an answer. None carries job arguments. */
export abstract class EngineRefusal extends Error {
  override get name(): string {
    return this.constructor.name;
  }
}

/** The caller was permitted under an access epoch that is no longer current: decide anew. */
export class StaleAccess extends EngineRefusal {
  readonly current: string;
  constructor(current: string) {
    super('access changed while the request was being served');
    this.current = current;
  }
}

/** A job with this id exists; nothing of the batch was stored. */
export class JobExists extends EngineRefusal {
  readonly id: string;
  readonly index: number;
  constructor(id: string, index: number) {
    super(`job ${id} exists already`);
    this.id = id;
    this.index = index;
  }
}

/** A job with the same uniqueness key stands in the way (ojs-unique-jobs §5); nothing of the batch was stored. */
export class DuplicateJob extends EngineRefusal {
  readonly index: number;
  readonly key: string;
  /** What the caller may know of it. */
  readonly existing: { readonly id: string; readonly state: JobState } | undefined;
  constructor(index: number, key: string, existing: DuplicateJob['existing']) {
    super('a job with the same uniqueness key exists');
    this.index = index;
    this.key = key;
    this.existing = existing;
  }
}

/** The job in the way is not one that the caller may replace; nothing of the batch was stored. */
export class ReplaceForbidden extends EngineRefusal {
  readonly index: number;
  readonly queue: string;
  constructor(index: number, queue: string) {
    super(`the caller may not replace the job in queue ${queue}`);
    this.index = index;
    this.queue = queue;
  }
}

/** The batch would replace more jobs than one step can; nothing of it was stored. */
export class TooManyReplaced extends EngineRefusal {
  readonly index: number;
  readonly most: number;
  constructor(index: number, most: number) {
    super(`a batch may replace ${most} jobs`);
    this.index = index;
    this.most = most;
  }
}

export class NoSuchJob extends EngineRefusal {
  readonly id: string;
  constructor(id: string) {
    super(`job ${id} does not exist`);
    this.id = id;
  }
}

/** The job is not in a state that permits the operation. */
export class WrongState extends EngineRefusal {
  readonly id: string;
  readonly state: JobState;
  constructor(id: string, state: JobState) {
    super(`job ${id} is ${state}`);
    this.id = id;
    this.state = state;
  }
}

/** The caller holds no current lease on the job: it ended, was given to another worker, or never was the caller's. */
export class LeaseLost extends EngineRefusal {
  readonly id: string;
  readonly state: JobState;
  constructor(id: string, state: JobState) {
    super(`no lease on job ${id}, which is ${state}`);
    this.id = id;
    this.state = state;
  }
}

/** The cron entry is not what it was when it was read: read it again. */
export class CronChanged extends EngineRefusal {
  constructor(name: string) {
    super(`cron entry ${name} has changed`);
  }
}

/** The tenant has as many cron entries as it may. */
export class CronsFull extends EngineRefusal {
  readonly limit: number;
  constructor(limit: number) {
    super(`there are ${limit} cron entries`);
    this.limit = limit;
  }
}

/** The worker id belongs to another principal. */
export class WorkerTaken extends EngineRefusal {
  constructor() {
    super('the worker id belongs to another principal');
  }
}

/** The principal has as many worker ids in use as it may. */
export class TooManyWorkers extends EngineRefusal {
  constructor() {
    super('the principal has too many worker ids in use');
  }
}

/** The worker said that it takes no jobs any more. */
export class WorkerDraining extends EngineRefusal {
  constructor() {
    super('the worker takes no jobs');
  }
}

/** The queue is draining: it takes no new jobs. */
export class QueueClosed extends EngineRefusal {
  readonly queue: string;
  constructor(queue: string) {
    super(`queue ${queue} is draining`);
    this.queue = queue;
  }
}

/** The tenant has as many queues as it may have. */
export class TooManyQueues extends EngineRefusal {
  readonly most: number;
  constructor(most: number) {
    super(`the tenant has ${most} queues already`);
    this.most = most;
  }
}

/** Jobs are in the way of deleting a queue. */
export class QueueBusy extends EngineRefusal {
  readonly jobs: number;
  constructor(jobs: number) {
    super(`the queue has ${jobs} jobs`);
    this.jobs = jobs;
  }
}

export class BadCursor extends EngineRefusal {
  constructor() {
    super('the cursor is not one that this server gave');
  }
}

export class NoSuchWorkflow extends EngineRefusal {
  readonly id: string;
  constructor(id: string) {
    super(`workflow ${id} does not exist`);
    this.id = id;
  }
}

/** A workflow with this id exists; nothing was stored. */
export class WorkflowExists extends EngineRefusal {
  readonly id: string;
  constructor(id: string) {
    super(`workflow ${id} exists already`);
    this.id = id;
  }
}

/** The workflow is in a terminal state. */
export class WorkflowEnded extends EngineRefusal {
  readonly id: string;
  readonly state: WorkflowState;
  constructor(id: string, state: WorkflowState) {
    super(`workflow ${id} is ${state}`);
    this.id = id;
    this.state = state;
  }
}

/** Redis does not answer, or cannot take writes. Nothing that was answered before is lost. */
export class BackendUnavailable extends EngineRefusal {
  constructor(cause: unknown) {
    super('Redis does not answer');
    // Only the class of the failure: ioredis errors carry the command with its arguments.
    this.cause = cause instanceof Error ? cause.message.slice(0, 200) : undefined;
  }
}

/** The key space was written by a newer version of this software. */
export class KeySpaceTooNew extends EngineRefusal {
  constructor(found: string, known: number) {
    super(`the key space in Redis has format ${found}; this server knows ${known}: deploy a newer server`);
  }
}

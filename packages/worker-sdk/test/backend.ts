import type { Job } from '@ojs/client';
import { uuidv7 } from '@ojs/client';
import { type Arrived, type Reply, type Respond, type Stub, startStub } from '../../client/test/stub-server.ts';

type Operation = 'fetch' | 'ack' | 'acks' | 'nack' | 'heartbeat';

/** The worker's side of a server, as far as a test needs it: hands out what was pushed, and says yes to the rest. */
export interface Backend extends Stub {
  push: (...jobs: Job[]) => void;
  /** Answers an operation in another way. */
  on: (operation: Operation, respond: Respond) => void;
  /** The bodies of an operation so far. */
  bodies: (operation: Operation) => Arrived['body'][];
  /** The acks so far, alone or in a batch. */
  acked: () => Arrived['body'][];
  /** Resolves with the first request of an operation that fits. */
  heard: (operation: Operation, fits?: (body: Arrived['body']) => boolean) => Promise<Arrived>;
}

export const jobOf = (type: string, args: unknown[], more: Partial<Job> = {}): Job => ({
  specversion: '1.0',
  id: uuidv7(),
  type,
  queue: 'default',
  state: 'active',
  args,
  meta: {},
  priority: 0,
  attempt: 1,
  max_attempts: 3,
  created_at: '2026-01-01T00:00:00.000Z',
  ...more,
});

export async function startBackend(): Promise<Backend> {
  const waiting: Job[] = [];
  let wake = (): void => undefined;
  const replies: Record<Operation, Respond> = {
    fetch: async ({ body, gone }) => {
      let left = false;
      void gone.then(() => {
        left = true;
        wake();
      });
      while (waiting.length === 0 && !left)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      return left ? 'hang' : { status: 200, json: { jobs: waiting.splice(0, body.count) } };
    },
    ack: () => ({ status: 200, json: { acknowledged: true } }),
    acks: ({ body }) => outcomes(body, () => undefined),
    nack: () => ({ status: 200, json: { state: 'retryable' } }),
    heartbeat: ({ body }) => beat({ jobs_extended: body.active_jobs }),
  };
  const operationOf = ({ path }: Arrived): Operation =>
    path.endsWith('/ack/batch') ? 'acks' : (path.split('/').at(-1) as Operation);
  const bodies = (operation: Operation): Arrived['body'][] =>
    stub.requests.filter((each) => operationOf(each) === operation).map(({ body }) => body);
  const stub = await startStub((request) => replies[operationOf(request)](request));
  return {
    ...stub,
    push: (...jobs) => {
      waiting.push(...jobs);
      wake();
    },
    on: (operation, respond) => {
      replies[operation] = respond;
    },
    bodies,
    acked: () => [...bodies('ack'), ...bodies('acks').flatMap(({ acks }) => acks)],
    heard: (operation, fits = () => true) => stub.seen((each) => operationOf(each) === operation && fits(each.body)),
  };
}

/** An answer to a batch of acks: done, but for those of which `refuse` says an error. */
export const outcomes = (body: Arrived['body'], refuse: (ack: Arrived['body']) => object | undefined): Reply => ({
  status: 200,
  json: {
    results: body.acks.map((ack: Arrived['body']) => {
      const error = refuse(ack);
      const { job_id } = ack;
      return error ? { job_id, acknowledged: false, error } : { job_id, acknowledged: true, state: 'completed' };
    }),
  },
});

/** An answer to a heartbeat. */
export const beat = (more: object = {}): Reply => ({
  status: 200,
  json: { state: 'running', jobs_extended: [], jobs_lost: [], server_time: '', ...more },
});

import { type EnqueueRequest, type Job, OjsValidationError, through } from '@ojs/client';

/**
 * Stands between `enqueue` and the server (ojs-middleware §3): sees what is about to be sent, and may hand on something
 * else, but never another id. `next` sends it and answers with the job. A middleware that answers with nothing, instead of
 * what `next` answered, drops the job; what it throws reaches the caller, and nothing is sent.
 */
export type EnqueueMiddleware = (request: EnqueueRequest, next: EnqueueNext) => Promise<Job | null | undefined>;
export type EnqueueNext = (request: EnqueueRequest) => Promise<Job | null | undefined>;

type Chain = readonly EnqueueMiddleware[];

/** @returns nothing when the job was dropped */
export async function sendThrough(
  chain: Chain,
  request: EnqueueRequest,
  send: (request: EnqueueRequest) => Promise<Job>,
): Promise<Job | undefined> {
  if (chain.length === 0) return send(request);
  const job = await through<EnqueueMiddleware, EnqueueRequest, Job | null | undefined>(
    chain,
    request,
    (middleware, current, next) => middleware(current, next),
    async (changed) => send(sameId(request, changed)),
  );
  return job ?? undefined;
}

/**
 * Each job of a batch goes through the chain by itself; what arrives at its end is sent together. What is dropped is left
 * out. When a chain throws, nothing is sent: a batch is all or none.
 */
export async function sendAllThrough(
  chain: Chain,
  requests: readonly EnqueueRequest[],
  send: (requests: readonly EnqueueRequest[]) => Promise<readonly Job[]>,
): Promise<readonly (Job | undefined)[]> {
  if (chain.length === 0) return send(requests);
  const sent = Promise.withResolvers<ReadonlyMap<EnqueueRequest, Job>>();
  // Whoever waits for it hears of a failure; nobody may.
  sent.promise.catch(() => undefined);
  const arrived: EnqueueRequest[] = [];
  const ways = requests.map((request) => {
    const way = Promise.withResolvers<void>();
    const end = sendThrough(chain, request, async (changed) => {
      arrived.push(changed);
      way.resolve();
      return (await sent.promise).get(changed) as Job;
    });
    end.then(() => way.resolve(), way.reject);
    return { end, way: way.promise };
  });
  try {
    await Promise.all(ways.map(({ way }) => way));
    const jobs = arrived.length === 0 ? [] : await send(arrived);
    sent.resolve(new Map(arrived.map((request, i) => [request, jobs[i] as Job])));
  } catch (error) {
    sent.reject(error);
  }
  const ends = await Promise.allSettled(ways.map(({ end }) => end));
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed) throw failed.reason;
  return ends.map((end) => (end as PromiseFulfilledResult<Job | undefined>).value);
}

function sameId(before: EnqueueRequest, after: EnqueueRequest): EnqueueRequest {
  if (after.id === before.id) return after;
  throw new OjsValidationError('A middleware changed the job', [
    { path: 'id', message: 'must stay what it is: repeating a request relies on it' },
  ]);
}

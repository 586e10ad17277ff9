import { type Client, type EnqueueRequest, type Job, OjsError } from '@ojs/client';
import { jobIn } from './answered.ts';

/** How many records are read at once. */
const WIDTH = 8;

/**
 * After a try whose answer was lost, the server says `duplicate` for an id of ours: then the job is there, and ours.
 *
 * @param ownIds whether this call made the ids: then nobody else can have used them
 * @returns the jobs, or undefined when the refusal was a real one
 */
export async function confirmEnqueued(
  client: Client,
  error: unknown,
  requests: readonly EnqueueRequest[],
  ownIds: boolean,
  signal: AbortSignal | undefined,
): Promise<Job[] | undefined> {
  if (!(error instanceof OjsError) || error.code !== 'duplicate' || error.attempts === 1) return undefined;
  // Another job has the same uniqueness key; an id of ours would have been noticed before that.
  if (error.details?.uniqueness_key !== undefined) return undefined;
  const jobs: Job[] = [];
  for (let from = 0; from < requests.length; from += WIDTH) {
    const part = requests.slice(from, from + WIDTH).map((request) => record(client, request, ownIds, signal));
    for (const job of await Promise.all(part)) {
      if (!job) return undefined;
      jobs.push(job);
    }
  }
  return jobs;
}

async function record(
  client: Client,
  request: EnqueueRequest,
  ownId: boolean,
  signal: AbortSignal | undefined,
): Promise<Job | undefined> {
  try {
    const job = jobIn(await client.call('getJob', { path: { id: request.id as string } }, { signal }));
    return job.type === request.type ? job : undefined;
  } catch (error) {
    const unreadable = error instanceof OjsError && (error.status === 403 || error.status === 404);
    if (!unreadable) throw error;
    return ownId ? asSent(request) : undefined;
  }
}

/** What is known of a job that the credential may enqueue but not inspect. */
const asSent = ({ id, type, args, meta, options }: EnqueueRequest): Job => ({
  specversion: '1.0',
  id: id as string,
  type,
  args,
  meta: meta ?? {},
  queue: options?.queue ?? 'default',
  priority: options?.priority ?? 0,
  state: options?.scheduled_at ? 'scheduled' : 'available',
  attempt: 0,
  max_attempts: options?.retry?.max_attempts ?? 3,
  created_at: new Date().toISOString(),
});

import { type Client, createClient, OjsError } from '@ojs/client';
import { createProducer, type EnqueueOptions, type Producer, uuidv7 } from '@ojs/producer-sdk';
import { type Fleet, TENANT } from '../fleet.ts';
import type { SoakJob, Wish } from '../jobs.ts';
import type { Ends, Ledger } from '../ledger.ts';
import { patiently } from '../patience.ts';
import type { Random } from '../random.ts';

interface About {
  readonly ledger: Ledger;
  readonly random: Random;
  /** Fires when no more is to be asked for. */
  readonly signal: AbortSignal;
}

/** An application with its operator; it knows one of the servers, and waits for it where it is down. */
export interface Application extends About {
  readonly producer: Producer;
  /** Acts as an admin. */
  readonly admin: Client;
  close(): Promise<void>;
}

export function createApplication({ urls, authority, keys }: Fleet, place: number, about: About): Application {
  const connection = { url: urls[place % urls.length] ?? '', ca: authority.cert, tenant: TENANT };
  const producer = createProducer({ ...connection, credential: keys.producer });
  const admin = createClient({ ...connection, credential: keys.admin });
  return {
    ...about,
    producer,
    admin,
    async close() {
      await producer.close();
      await admin.close();
    },
  };
}

let marks = 0;
/** A name that nothing else has. */
export const markOf = (what: string): string => `${what}-${++marks}`;

export const COMPLETED: Ends = ['completed'];

/** The id exists: an earlier try got through. */
const isOurs = (error: unknown): boolean =>
  error instanceof OjsError && error.code === 'duplicate' && error.details?.uniqueness_key === undefined;

/**
 * Enqueues a job until the server has answered, under one id, so that repeating makes no second one.
 *
 * @returns its id, or that of the job it is a duplicate of
 * @throws {OjsError} a refusal that is not about that id; the signal's reason
 */
export async function enqueueSurely(
  { producer, ledger, signal }: Application,
  job: SoakJob,
  wish: Wish,
  options: EnqueueOptions = {},
  ends: Ends = COMPLETED,
): Promise<string> {
  const id = options.id ?? uuidv7();
  try {
    const handle = await patiently(() => producer.enqueue(job, wish, { ...options, id, signal }), signal);
    if (!handle.deduplicated) ledger.answer(id, wish.mark, ends);
    return handle.id;
  } catch (error) {
    if (!isOurs(error)) throw error;
    ledger.answer(id, wish.mark, ends);
    return id;
  }
}

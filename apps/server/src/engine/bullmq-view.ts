import {
  type ConnectionOptions,
  Queue,
  type QueueBaseOptions,
  QueueKeys,
  RedisConnection,
  RedisQueueBackend,
} from 'bullmq';
import type { Redis } from 'ioredis';
import { tenantSpace } from '../redis/keyspace.ts';

/** What may be called: that reads, or concerns only the connection. Everything else is refused, also what BullMQ will add. */
const ALLOWED: ReadonlySet<string> = new Set([
  ...['constructor', 'waitUntilReady', 'close', 'disconnect', 'setName', 'forwardConnectionEvents', 'execCommand'],
  ...['toKey', 'parseNodeKey', 'clientName', 'forQueue', 'finishedErrors', 'getClientList', 'getMetrics'],
  ...['getState', 'isFinished', 'isMaxed', 'isMaxedArgs', 'isJobInState', 'getJobData', 'getJobLogs', 'paginate'],
  ...['getJobs', 'getJobsArgs', 'getRanges', 'getRangesArgs', 'getCounts', 'getCountsArgs'],
  ...['getCountsPerPriority', 'getCountsPerPriorityArgs', 'getDependencyCounts', 'getDependencyCountsArgs'],
  ...['getDependencies', 'getProcessedChildrenValues', 'getIgnoredChildrenFailures', 'getDeduplicationJobId'],
  ...['getQueueMeta', 'getQueueMetaField', 'getQueueMetaFields', 'hasQueueMetaField'],
  ...['getRateLimitTtl', 'getRateLimitTtlArgs', 'getJobScheduler', 'getJobSchedulerArgs', 'isJobScheduler'],
  ...['getJobSchedulerData', 'getJobSchedulersRange', 'getJobSchedulersCount'],
]);

/** BullMQ would change the queue behind the back of our records, or without asking for a permission. */
export class ReadOnlyQueue extends Error {
  constructor(operation: string) {
    super(`BullMQ's ${operation} would bypass the records of this server: use the server's own API instead`);
    this.name = 'ReadOnlyQueue';
  }
}

class ReadOnlyBackend extends RedisQueueBackend {
  // BullMQ's own returns the class that can change things.
  override forQueue(queue: string): ReadOnlyBackend {
    return backendOn(this.connection, this.redisPrefix, queue, this.queue.opts, false);
  }
}

// Private helpers stay: BullMQ's readers need them, and whoever calls them finds every changing method refused.
for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(RedisQueueBackend.prototype))) {
  if (typeof value !== 'function' || ALLOWED.has(name)) continue;
  Object.defineProperty(ReadOnlyBackend.prototype, name, {
    value: () => {
      throw new ReadOnlyQueue(name);
    },
  });
}

function backendOn(
  connection: RedisConnection,
  prefix: string,
  queue: string,
  options: QueueBaseOptions,
  owns: boolean,
): ReadOnlyBackend {
  const keys = new QueueKeys(prefix);
  const toKey = (type: string): string => keys.toKey(queue, type);
  return new ReadOnlyBackend(connection, queue, keys.getKeys(queue), toKey, options, undefined, owns);
}

/**
 * A queue as BullMQ's own `Queue`, for dashboards such as bull-board: the same jobs in the same states (see
 * lua/places.lua for the mapping). It only reads; whatever would change something throws {@link ReadOnlyQueue}.
 * @param connection an ioredis client that stays yours, or options for one that the queue closes.
 */
export function openQueue(connection: Redis | ConnectionOptions, tenant: string, queue: string): Queue {
  const { prefix } = tenantSpace(tenant);
  const options = { connection: connection as ConnectionOptions, prefix, skipMetasUpdate: true };
  return new Queue(queue, options, (name, given) => {
    const shared = typeof (given.connection as Partial<Redis>).defineCommand === 'function';
    return backendOn(new RedisConnection(given.connection, { shared }), prefix, name, given, true);
  });
}

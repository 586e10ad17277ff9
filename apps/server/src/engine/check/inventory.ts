import type { RedisClient } from '../../redis/connect.ts';
import type { Finding } from './finding.ts';
import { meaningOf } from './keys.ts';
import { scanKeys } from './reader.ts';

/** The keys of one tenant, by their names alone. */
export interface TenantInventory {
  readonly tenant: string;
  /** Ids of the job hashes of each queue that has a key. */
  readonly queues: Map<string, Set<string>>;
  readonly workers: string[];
  /** Keys of rate limits, after the tenant's prefix. */
  readonly limits: string[];
  readonly uniqueKeys: string[];
  /** The keys of each workflow: the parts of its record. */
  readonly workflows: Map<string, Set<string>>;
  /** Names of the cron entries that have a key, and of those that have a history. */
  readonly crons: { readonly entries: Set<string>; readonly histories: Set<string> };
  /** Ids of the jobs that left a checkpoint. */
  readonly checkpoints: string[];
  /** Names of the keys of webhooks. */
  readonly webhooks: Set<string>;
  /** Whether there is more than an access epoch and worker ids, which need no registered tenant. */
  hasJobs: boolean;
}

export interface Inventory {
  readonly tenants: ReadonlyMap<string, TenantInventory>;
  readonly findings: readonly Finding[];
}

/** Scans all masters and sorts every key of ours by what it means. Keys without a meaning are findings. */
export async function takeInventory(client: RedisClient): Promise<Inventory> {
  const tenants = new Map<string, TenantInventory>();
  const findings = new Map<string, Finding>();

  const inventoryOf = (tenant: string): TenantInventory => {
    let inventory = tenants.get(tenant);
    if (!inventory) {
      inventory = {
        tenant,
        queues: new Map(),
        workers: [],
        limits: [],
        uniqueKeys: [],
        workflows: new Map(),
        crons: { entries: new Set(), histories: new Set() },
        checkpoints: [],
        webhooks: new Set(),
        hasJobs: false,
      };
      tenants.set(tenant, inventory);
    }
    return inventory;
  };
  const jobsOf = (tenant: string, queue: string): Set<string> => {
    const inventory = inventoryOf(tenant);
    inventory.hasJobs = true;
    const jobs = inventory.queues.get(queue) ?? new Set();
    inventory.queues.set(queue, jobs);
    return jobs;
  };

  function sort(key: string): void {
    const meaning = meaningOf(key);
    switch (meaning.kind) {
      case 'foreign':
      case 'system':
        return;
      case 'unknown':
        findings.set(key, {
          rule: 'unknown key',
          tenant: meaning.tenant,
          ...(meaning.queue === undefined ? {} : { queue: meaning.queue }),
          detail: meaning.name.slice(0, 200),
        });
        return;
      case 'tenant':
        inventoryOf(meaning.tenant).hasJobs ||= !key.endsWith('/epoch');
        return;
      case 'worker':
        inventoryOf(meaning.tenant).workers.push(key);
        return;
      case 'limit':
        inventoryOf(meaning.tenant).limits.push(meaning.name);
        return;
      case 'unique':
        inventoryOf(meaning.tenant).uniqueKeys.push(meaning.key);
        return;
      case 'workflow': {
        const { workflows } = inventoryOf(meaning.tenant);
        workflows.set(meaning.id, (workflows.get(meaning.id) ?? new Set()).add(meaning.part));
        return;
      }
      case 'cron': {
        const [entry = '', part] = meaning.name.split('/', 2);
        const inventory = inventoryOf(meaning.tenant);
        inventory.hasJobs = true;
        inventory.crons[part === undefined ? 'entries' : 'histories'].add(entry);
        return;
      }
      case 'checkpoint':
        inventoryOf(meaning.tenant).checkpoints.push(meaning.id);
        return;
      case 'webhook':
        inventoryOf(meaning.tenant).hasJobs = true;
        inventoryOf(meaning.tenant).webhooks.add(meaning.name);
        return;
      case 'bypass':
        findings.set(key, {
          rule: 'queue bypassed by BullMQ',
          tenant: meaning.tenant,
          queue: meaning.queue,
          detail: meaning.name,
        });
        jobsOf(meaning.tenant, meaning.queue);
        return;
      case 'job':
        jobsOf(meaning.tenant, meaning.queue).add(meaning.id);
        return;
      default:
        jobsOf(meaning.tenant, meaning.queue);
    }
  }

  for await (const keys of scanKeys(client)) for (const key of keys) sort(key);
  return { tenants, findings: [...findings.values()] };
}

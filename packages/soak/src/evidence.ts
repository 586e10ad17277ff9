import { type Client, OjsError } from '@ojs/client';
import type { Evidence } from './judge/index.ts';
import type { Ledger } from './ledger.ts';

/** How many are read at once. */
const WIDTH = 8;

async function read<T>(ids: Iterable<string>, get: (id: string) => Promise<T>): Promise<Map<string, T | undefined>> {
  const found = new Map<string, T | undefined>();
  const left = [...ids];
  const reader = async (): Promise<void> => {
    for (let id = left.pop(); id !== undefined; id = left.pop()) {
      const value = await get(id).catch((error: unknown) => {
        if (error instanceof OjsError && error.status === 404) return undefined;
        throw error;
      });
      found.set(id, value);
    }
  };
  await Promise.all(Array.from({ length: WIDTH }, reader));
  return found;
}

/** Reads all jobs and workflows that anybody was told of. */
export async function collect(admin: Client, ledger: Ledger): Promise<Evidence> {
  const ids = new Set([...ledger.answered.keys(), ...ledger.begun.map(({ id }) => id), ...ledger.cancelled]);
  for (const firings of ledger.firings.values())
    for (const { outcome, job_id } of firings.values()) if (outcome === 'triggered' && job_id) ids.add(job_id);
  return {
    ledger,
    jobs: await read(ids, async (id) => (await admin.call('getJob', { path: { id }, query: {} })).job),
    workflows: await read(
      ledger.workflows.keys(),
      async (id) => (await admin.call('getWorkflow', { path: { id } })).workflow,
    ),
  };
}

import { setTimeout as sleep } from 'node:timers/promises';

/** The process does nothing for a while, and then goes on as if no time had passed: a machine that swaps, or was asleep. */
export async function standStill(pid: number, ms: number): Promise<void> {
  process.kill(pid, 'SIGSTOP');
  try {
    await sleep(ms);
  } finally {
    process.kill(pid, 'SIGCONT');
  }
}

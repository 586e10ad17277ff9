import { readFile } from 'node:fs/promises';
import type { Redis } from 'ioredis';

/** Reads the CPU time that something has used so far, in seconds. */
export type CpuMeter = () => Promise<number>;

/** The kernel counts in ticks of this length on every Linux that Node.js runs on (USER_HZ). */
const TICK_SECONDS = 0.01;

/** CPU of this process, all threads. */
export const ownCpu: CpuMeter = async () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

/** CPU of another process of this machine. @throws where there is no /proc */
export const processCpu =
  (pid: number): CpuMeter =>
  async () =>
    cpuOfStat(await readFile(`/proc/${pid}/stat`, 'utf8'));

/** User and system seconds in the text of /proc/PID/stat. The name in parentheses may hold spaces and parentheses. */
export function cpuOfStat(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_SECONDS;
}

/** CPU of a Redis server without its children, from `INFO cpu`. */
export const redisCpu =
  (client: Redis): CpuMeter =>
  async () =>
    cpuOfInfo(await client.info('cpu'));

/** User and system seconds in the text of `INFO cpu`. */
export function cpuOfInfo(info: string): number {
  const field = (name: string): number => Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(info)?.[1]);
  return field('used_cpu_user') + field('used_cpu_sys');
}

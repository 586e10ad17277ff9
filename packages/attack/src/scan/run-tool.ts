import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Where a program is, by any of its names; undefined where it is not installed. */
export function findTool(names: readonly string[]): string | undefined {
  const directories = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/bin'];
  return directories
    .flatMap((directory) => names.map((name) => join(directory, name)))
    .find((path) => existsSync(path));
}

/** Runs a program to its end, whatever that is, or ends it when it takes too long. What it prints is not looked at. */
export async function runTool(path: string, args: readonly string[], cwd: string, mostMs: number): Promise<void> {
  const child = spawn(path, args, { cwd, stdio: 'ignore' });
  const timer = setTimeout(() => child.kill('SIGKILL'), mostMs);
  await new Promise((resolve, reject) => child.once('close', resolve).once('error', reject));
  clearTimeout(timer);
}

import { execFile } from 'node:child_process';

/** How a command ended. `code` is its exit status, or -1 where it could not be started. */
export type CommandResult = { code: number; stdout: string; stderr: string };

/** Options of {@link runCommand}. */
export type CommandOptions = {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  timeoutMs?: number;
  /** What it reads from standard input. */
  input?: string;
};

/** Runs a program to its end without a shell and never throws: look at `code`. */
export function runCommand(command: string, args: string[], options: CommandOptions = {}): Promise<CommandResult> {
  const { cwd, env, timeoutMs = 0, input = '' } = options;
  return new Promise((resolve) => {
    const child = execFile(
      command,
      args,
      { cwd, env, timeout: timeoutMs, maxBuffer: 64 << 20 },
      (error, stdout, stderr) => {
        const status = error === null ? 0 : error.code;
        const reason = error !== null && typeof status !== 'number' ? `${stderr}${error.message}` : stderr;
        resolve({ code: typeof status === 'number' ? status : -1, stdout, stderr: reason });
      },
    );
    // It may end without reading.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}

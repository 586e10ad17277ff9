import { join } from 'node:path';
import { projectRoot } from '../paths.ts';
import { runCommand } from '../run-command.ts';
import { Explained } from '../steps.mjs';

/** Options of {@link runTool}. */
export type ToolOptions = { cwd?: string; env?: NodeJS.ProcessEnv };

/**
 * Runs a tool of the workspace (from node_modules/.bin) or of the system to its end and returns what it printed.
 *
 * @throws Explained with its output when it fails
 */
export async function runTool(command: string, args: string[], options: ToolOptions = {}): Promise<string> {
  const { cwd = projectRoot, env = {} } = options;
  const { code, stdout, stderr } = await runCommand(command, args, {
    cwd,
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0', ...env },
    timeoutMs: 300_000,
  });
  if (code !== 0) throw new Explained(`${[command, ...args].join(' ')} (${code})\n${`${stdout}${stderr}`.trim()}`);
  return stdout;
}

/** The path of a tool below node_modules/.bin. */
export const workspaceTool = (name: string): string => join(projectRoot, 'node_modules/.bin', name);

import { fileURLToPath } from 'node:url';
import { startChild } from '@ojs/dev';
import { type CpuMeter, processCpu } from './cpu.ts';
import type { Said } from './message.ts';

/** A program of ours in a process of its own, which answers one message at a time. */
export interface Program {
  readonly cpu: CpuMeter;
  /** @throws Error with the program's words when it fails or ends */
  ask<Answer>(message: object): Promise<Answer>;
  stop(): Promise<void>;
}

/** @param url of the TypeScript file, as `import.meta.resolve` gives it */
export function startProgram(url: string): Program {
  const path = fileURLToPath(url);
  const child = startChild(process.execPath, [path], { ipc: true, env: { ...process.env, NODE_ENV: 'production' } });
  return {
    cpu: processCpu(child.pid),
    async ask<Answer>(message: object): Promise<Answer> {
      const said = new Promise<Said<Answer>>((resolve) =>
        child.process.once('message', resolve as (m: unknown) => void),
      );
      child.process.send(message);
      const ended = child.ended.then((code): Said<Answer> => ({ error: `ended (${code})\n${child.output()}` }));
      const { answer, error } = await Promise.race([said, ended]);
      if (error !== undefined) throw new Error(`${path}: ${error}`);
      return answer as Answer;
    },
    stop: () => child.stop(),
  };
}

import { writeSync } from 'node:fs';

interface Attempt {
  readonly id: string;
  /** How often the job was started anew. */
  readonly life: number;
  readonly attempt: number;
}

/** What a worker process tells, one JSON line each. */
export type Told =
  /** It fetches, and knows what to do when it is asked to stop. */
  | { readonly told: 'ready' }
  /** A handler begins; `loaded` is the checkpoint that it was given. */
  | ({ readonly told: 'begun'; readonly mark: string; readonly cron?: string; readonly loaded?: number } & Attempt)
  /** The server has confirmed the checkpoint. */
  | ({ readonly told: 'saved'; readonly step: number } & Attempt)
  /** The server has been told of the success; `sure` when it was at the first try, so that no answer was lost. */
  | ({ readonly told: 'completed'; readonly sure: boolean } & Attempt)
  /** The lease was lost while the handler ran, or before the server could be told. */
  | { readonly told: 'late' }
  | { readonly told: 'broken'; readonly error: string };

/** Synchronous: what was written is read even when the next moment is the last. */
export const tell = (line: Told): void => void writeSync(1, `${JSON.stringify(line)}\n`);

/** Hears the lines of a child's output; what is no such line is handed on as it is. */
export function listen(hear: (line: Told) => void, other: (text: string) => void): (text: string) => void {
  let rest = '';
  return (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line.startsWith('{"told"')) hear(JSON.parse(line));
      else if (line !== '') other(line);
    }
  };
}

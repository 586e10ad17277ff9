import { startProgram } from '../program.ts';

/** What is asked beside the mass: a Redis, and a server for another tenant. */
export interface ProbeTarget {
  /** Path of the Redis socket. */
  readonly redis: string;
  readonly url: string;
  readonly ca: string;
  readonly authorization: string;
}

export type ProbeOrder = 'begin' | 'end';

/** Of a series of round trips, in milliseconds. */
export interface Latency {
  readonly longest: number;
  readonly p999: number;
}

export interface Probed {
  /** A script that does nothing, every two milliseconds. */
  readonly redis: Latency;
  /** An enqueue of one job by HTTPS, every five. */
  readonly enqueue: Latency;
}

/** In a process of its own: what it measures is not its own work. */
export interface Probe {
  begin(): Promise<void>;
  end(): Promise<Probed>;
  stop(): Promise<void>;
}

export async function startProbe(target: ProbeTarget): Promise<Probe> {
  const program = startProgram(import.meta.resolve('./main.ts'));
  await program.ask(target);
  return {
    begin: () => program.ask({ order: 'begin' satisfies ProbeOrder }),
    end: () => program.ask({ order: 'end' satisfies ProbeOrder }),
    stop: program.stop,
  };
}

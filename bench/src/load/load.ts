import type { CpuMeter } from '../cpu.ts';
import { startProgram } from '../program.ts';

/** Where the load goes. */
export interface LoadTarget {
  readonly url: string;
  /** Of one job; a batch goes to `<path>/batch`. */
  readonly path: string;
  readonly ca?: string;
  /** A client certificate, PEM. */
  readonly certificate?: { readonly cert: string; readonly key: string };
  /** Each request is sent with one of these values of the header `DPoP`: as many as there will be requests. */
  readonly proofs?: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly connections: number;
}

export interface LoadTurn {
  readonly requests: number;
  /** Requests in flight at once. */
  readonly width: number;
  /** Jobs a request. */
  readonly batch: number;
}

export interface Load {
  readonly cpu: CpuMeter;
  /** Sends what follows there, on new connections. */
  aim(target: LoadTarget): Promise<void>;
  /** Resolves when every request was answered 201. @throws Error with the first other answer */
  run(turn: LoadTurn): Promise<void>;
  stop(): Promise<void>;
}

export async function startLoad(target: LoadTarget): Promise<Load> {
  const program = startProgram(import.meta.resolve('./main.ts'));
  await program.ask(target);
  return {
    cpu: program.cpu,
    aim: (next) => program.ask(next),
    run: (turn) => program.ask(turn),
    stop: program.stop,
  };
}

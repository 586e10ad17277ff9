import { startProgram } from '../program.ts';

/** Bad credentials, sent at a steady rate from other addresses than the good client's. */
export interface FloodTarget {
  readonly url: string;
  readonly ca: string;
  /** Values of the Authorization header, used in turn. */
  readonly credentials: readonly string[];
  readonly perSecond: number;
  /** Default: one that needs a credential. */
  readonly path?: string;
}

/** What came back, by status. */
export type Answers = Readonly<Record<string, number>>;

export interface Flood {
  begin(target: FloodTarget): Promise<void>;
  end(): Promise<Answers>;
  stop(): Promise<void>;
}

export function startFlood(): Flood {
  const program = startProgram(import.meta.resolve('./main.ts'));
  return {
    begin: (target) => program.ask(target),
    end: () => program.ask({ end: true }),
    stop: program.stop,
  };
}

import { put } from '../../bounded-map.ts';

/** A bucket of tokens: `burst` at most, one more every `refillMs`. */
interface Rate {
  readonly burst: number;
  readonly refillMs: number;
}

/** How much failing costs whom. */
export interface FailureRates {
  /** One source with one key id. */
  readonly pair: Rate;
  /** One source. */
  readonly source: Rate;
  /** Everybody: beyond it, sources that failed lately wait, so that wrong keys from many addresses cost a bounded share of the machine. */
  readonly all: Rate;
}

export const FAILURE_RATES: FailureRates = {
  pair: { burst: 20, refillMs: 2_000 },
  source: { burst: 100, refillMs: 200 },
  all: { burst: 100, refillMs: 200 },
};

interface Bucket {
  tokens: number;
  at: number;
}

/** Slows down who keeps failing. No clock of its own: `now` in milliseconds, never going back. Memory is bounded. */
export class Failures {
  readonly #rates: FailureRates;
  readonly #most: number;
  readonly #buckets = new Map<string, Bucket>();
  readonly #all: Bucket;

  constructor(rates: FailureRates = FAILURE_RATES, most = 20_000) {
    this.#rates = rates;
    this.#most = most;
    this.#all = { tokens: rates.all.burst, at: 0 };
  }

  /** Seconds after which the source may try this key id again; 0: now. */
  waitSeconds(source: string, id: string, now: number): number {
    const { pair, source: one, all } = this.#rates;
    const ofSource = this.#read(source, one, now);
    const waits = [missingMs(ofSource, one), missingMs(this.#read(`${source}|${id}`, pair, now), pair)];
    // A source that never failed is not made to wait for what others do.
    if (ofSource.tokens < one.burst) waits.push(missingMs(refill(this.#all, all, now), all));
    return Math.ceil(Math.max(...waits) / 1_000);
  }

  /** Counts one attempt; {@link refund} it if it succeeds. */
  take(source: string, id: string, now: number): void {
    this.#add(-1, source, id, now);
  }

  refund(source: string, id: string, now: number): void {
    this.#add(1, source, id, now);
  }

  #add(tokens: number, source: string, id: string, now: number): void {
    const { pair, source: one, all } = this.#rates;
    this.#write(source, one, tokens, now);
    this.#write(`${source}|${id}`, pair, tokens, now);
    const common = refill(this.#all, all, now);
    this.#all.at = common.at;
    this.#all.tokens = bounded(common.tokens + tokens, all);
  }

  #read(name: string, rate: Rate, now: number): Bucket {
    const bucket = this.#buckets.get(name);
    return bucket === undefined ? { tokens: rate.burst, at: now } : refill(bucket, rate, now);
  }

  #write(name: string, rate: Rate, tokens: number, now: number): void {
    const { tokens: had, at } = this.#read(name, rate, now);
    put(this.#buckets, name, { tokens: bounded(had + tokens, rate), at }, this.#most);
  }
}

const bounded = (tokens: number, rate: Rate): number => Math.max(0, Math.min(tokens, rate.burst));

const missingMs = ({ tokens }: Bucket, rate: Rate): number => (tokens >= 1 ? 0 : (1 - tokens) * rate.refillMs);

function refill({ tokens, at }: Bucket, rate: Rate, now: number): Bucket {
  return { tokens: Math.min(rate.burst, tokens + Math.max(0, now - at) / rate.refillMs), at: now };
}

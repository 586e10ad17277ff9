import { refuse } from '../connection/refusal.ts';

/** Counts open streams: each holds a connection and memory for as long as its client likes. */
export class StreamSlots {
  readonly #most: number;
  readonly #mostOfOne: number;
  readonly #open = new Map<string, number>();
  #all = 0;

  constructor(limits: { readonly streams: number; readonly streamsPerPrincipal: number }) {
    this.#most = limits.streams;
    this.#mostOfOne = limits.streamsPerPrincipal;
  }

  /** @returns what gives the place back; more than once does nothing. @throws {Refusal} 429 when there is none left. */
  take(principal: string): () => void {
    const open = this.#open.get(principal) ?? 0;
    if (open >= this.#mostOfOne || this.#all >= this.#most) {
      throw refuse('rate_limited', 'There are too many open streams of events.', {
        hint: 'Close streams that are not needed, or listen to several queues with one.',
        headers: { 'Retry-After': '5' },
      });
    }
    this.#open.set(principal, open + 1);
    this.#all++;
    let isTaken = true;
    return () => {
      if (!isTaken) return;
      isTaken = false;
      this.#all--;
      const left = (this.#open.get(principal) ?? 1) - 1;
      if (left > 0) this.#open.set(principal, left);
      else this.#open.delete(principal);
    };
  }
}

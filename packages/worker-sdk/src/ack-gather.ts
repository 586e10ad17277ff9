import { type AckRequest, type CallOptions, type Client, OjsError } from '@ojs/client';
import { isOfOne, refusedAck } from './refusals.ts';

/** The server takes no more in one request. */
const GROUP_MAX = 100;
/** Results of one request as JSON: below the server's 8 MiB even where each character takes three bytes. */
const GROUP_CHARS = 2 * 1024 * 1024;
/** An answer that takes longer holds up no other ack, in milliseconds. */
const PATIENCE_MS = 100;
/** With so many of these, the server is to be left alone, and the connections to fetches and heartbeats. */
const SLOW_MAX = 4;
/** Statuses by which a server says that it has no such route: the batch is an extension of OJS. */
const NO_ROUTE: ReadonlySet<number> = new Set([404, 405, 501]);

interface Waiting {
  readonly request: AckRequest;
  readonly chars: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Sends acks that are due at the same time together. While no request is under way an ack goes at once; what is due
 * meanwhile goes as one request when it has been answered. Each ack gets its own outcome: where a whole request is
 * refused because of one, each is sent alone, and so are all from then on if the server has no batches.
 */
export class AckGather {
  readonly #client: Client;
  readonly #options: CallOptions;
  #waiting: Waiting[] = [];
  #scheduled = false;
  /** Whether a request is under way whose answer is worth waiting for. */
  #quick = false;
  #slow = 0;
  #alone = false;

  constructor(client: Client, options: CallOptions) {
    this.#client = client;
    this.#options = { ...options, hasErrors: true };
  }

  /** @throws {OjsError} (rejects) what the server says of this ack; as {@link Client.call} */
  ack(request: AckRequest): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiting = { request, chars: charsOf(request.result), resolve, reject };
      if (this.#alone) void this.#sendAlone(waiting);
      else {
        this.#waiting.push(waiting);
        this.#schedule();
      }
    });
  }

  /** Jobs that end in one turn of the event loop go together. */
  #schedule(): void {
    if (this.#scheduled || this.#quick || this.#slow >= SLOW_MAX || this.#waiting.length === 0) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#send();
    });
  }

  #send(): void {
    this.#quick = true;
    let slow = false;
    const timer = setTimeout(() => {
      slow = true;
      this.#quick = false;
      this.#slow += 1;
      this.#schedule();
    }, PATIENCE_MS);
    void this.#sendGroup(this.#next()).then(() => {
      clearTimeout(timer);
      if (slow) this.#slow -= 1;
      else this.#quick = false;
      this.#schedule();
    });
  }

  #next(): Waiting[] {
    let count = 0;
    let chars = 0;
    for (const waiting of this.#waiting) {
      chars += waiting.chars;
      if (count > 0 && (count === GROUP_MAX || chars > GROUP_CHARS)) break;
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }

  async #sendGroup(group: readonly Waiting[]): Promise<void> {
    if (group.length === 1 || this.#alone) return this.#sendEach(group);
    try {
      const body = { acks: group.map(({ request }) => request) };
      const { results } = await this.#client.call('ackJobs', { body }, this.#options);
      group.forEach((waiting, i) => {
        const refused = refusedAck(waiting.request, results?.[i]);
        if (refused) waiting.reject(refused);
        else waiting.resolve();
      });
    } catch (error) {
      if (error instanceof OjsError && NO_ROUTE.has(error.status ?? 0)) this.#alone = true;
      if (isOfOne(error)) return this.#sendEach(group);
      for (const { reject } of group) reject(error);
    }
  }

  async #sendEach(group: readonly Waiting[]): Promise<void> {
    await Promise.all(group.map((waiting) => this.#sendAlone(waiting)));
  }

  async #sendAlone({ request, resolve, reject }: Waiting): Promise<void> {
    try {
      await this.#client.call('ackJob', { body: request }, this.#options);
      resolve();
    } catch (error) {
      reject(error);
    }
  }
}

/** What cannot be said in JSON goes alone, and fails alone. */
function charsOf(result: unknown): number {
  try {
    return JSON.stringify(result)?.length ?? 0;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

/**
 * The weight that one script call carries. Small enough that several calls are under way at once: with everything in one
 * call, Node and Redis would wait for each other in turn.
 */
const PER_CALL = 24;

/**
 * Gathers what concurrent requests of one tenant ask in the same turn of the event loop into one script call: each is
 * decided for itself inside the script, and the round trip is paid once.
 */
export class Gather<Item, Answer> {
  readonly #pending = new Map<string, Waiting<Item, Answer>[]>();
  readonly #run: (tenant: string, items: Item[]) => Promise<Answer[]>;
  readonly #weight: (item: Item) => number;

  /**
   * @param run serves the items in order and answers each.
   * @param weight of an item, 1 unless said; one that is heavier than a call carries goes alone.
   */
  constructor(run: (tenant: string, items: Item[]) => Promise<Answer[]>, weight: (item: Item) => number = () => 1) {
    this.#run = run;
    this.#weight = weight;
  }

  ask(tenant: string, item: Item): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const waiting = this.#pending.get(tenant);
      if (waiting) waiting.push({ item, resolve, reject });
      else {
        this.#pending.set(tenant, [{ item, resolve, reject }]);
        setImmediate(() => this.#flush(tenant));
      }
    });
  }

  #flush(tenant: string): void {
    const waiting = this.#pending.get(tenant) ?? [];
    this.#pending.delete(tenant);
    let from = 0;
    while (from < waiting.length) {
      let to = from;
      let weight = 0;
      do weight += this.#weight(waiting[to++]!.item);
      while (to < waiting.length && weight + this.#weight(waiting[to]!.item) <= PER_CALL);
      void this.#serve(tenant, waiting.slice(from, to));
      from = to;
    }
  }

  async #serve(tenant: string, group: Waiting<Item, Answer>[]): Promise<void> {
    try {
      const answers = await this.#run(
        tenant,
        group.map(({ item }) => item),
      );
      group.forEach(({ resolve }, i) => {
        resolve(answers[i]!);
      });
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  }
}

interface Waiting<Item, Answer> {
  readonly item: Item;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

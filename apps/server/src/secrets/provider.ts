/** What came of asking for one secret: its value, or why there is none, in words that hold nothing secret. */
export type Outcome = { readonly value: string } | { readonly problem: string };

/** A secrets manager. */
export interface Provider<R> {
  /**
   * Asks for all of them, in the order given; never throws.
   * `isAway` says that the manager itself did not answer, so that asking again soon is of no use.
   */
  read(references: readonly R[]): Promise<{ readonly outcomes: readonly Outcome[]; readonly isAway: boolean }>;
  /** In how many milliseconds at most it has to be asked again to keep its own credential alive. */
  dueInMs(): number;
}

/** The longest secret; bytes. */
export const MAX_SECRET_BYTES = 64 * 1024;

/** Asks for each distinct place once, however many secrets are fields of it. */
export async function readPlaces<R, T>(
  references: readonly R[],
  placeOf: (reference: R) => string,
  read: (reference: R) => Promise<T>,
): Promise<readonly T[]> {
  const reading = new Map<string, Promise<T>>();
  return Promise.all(
    references.map((reference) => {
      const place = placeOf(reference);
      const under = reading.get(place) ?? read(reference);
      reading.set(place, under);
      return under;
    }),
  );
}

/** A field of what a manager keeps in one place. */
export function fieldOf(record: unknown, field: string): Outcome {
  const isRecord = typeof record === 'object' && record !== null && Object.hasOwn(record, field);
  const value: unknown = isRecord ? (record as Record<string, unknown>)[field] : undefined;
  return typeof value === 'string' ? textOf(value) : { problem: `there is no text in a field ${field}` };
}

/** A value, as long as it can be one. */
export function textOf(value: string): Outcome {
  if (value === '') return { problem: 'is empty' };
  return Buffer.byteLength(value) > MAX_SECRET_BYTES ? { problem: 'is longer than 64 KiB' } : { value };
}

/** A rule forbids what was asked; nothing was changed. The message says which, and what to do. */
export class KeyRefusal extends Error {
  override readonly name: string = 'KeyRefusal';
}

/** What was asked is written, but does not hold everywhere yet. The message says what to do. */
export class Unfinished extends KeyRefusal {
  override readonly name = 'Unfinished';
}

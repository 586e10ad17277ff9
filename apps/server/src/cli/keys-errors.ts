/** A rule forbids what was asked; nothing was changed. The message says which, and what to do. */
export class KeyRefusal extends Error {
  override readonly name: string = 'KeyRefusal';
}

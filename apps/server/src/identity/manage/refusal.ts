/** Which kind of rule: what was asked is not well-formed, not permitted, about nothing the asker may know of, or not possible now. */
export type RefusalKind = 'invalid' | 'forbidden' | 'unknown' | 'conflict';

/** A rule forbids the change; nothing was changed. The message says which, and what to do; it has no value that was sent. */
export class CredentialRefusal extends Error {
  override readonly name: string = 'CredentialRefusal';
  readonly kind: RefusalKind;
  /** The attribute that breaks the rule, as the API names it. */
  readonly field: string | undefined;
  /** The rule, in a word. */
  readonly rule: string;

  constructor(kind: RefusalKind, rule: string, message: string, field?: string) {
    super(message);
    this.kind = kind;
    this.rule = rule;
    this.field = field;
  }
}

/** The change is written, but does not hold everywhere yet. The message says what to do. */
export class Unfinished extends CredentialRefusal {
  override readonly name = 'Unfinished';
}

export const conflict = (rule: string, says: string): CredentialRefusal =>
  new CredentialRefusal('conflict', rule, says);

import type { Narrowing } from '@ojs/schema';
import { readScopeWord } from '../scope-word.ts';

/** The scopes of a claim: one text with spaces between them (RFC 8693 §4.2), or a list, as some issuers write it. */
export const scopesOf = (texts: readonly string[]): string[] =>
  texts.flatMap((text) => text.split(' ')).filter(Boolean);

/** The ceiling that scopes are. What is none of ours gives nothing: a token with scopes of which none is ours is permitted nothing. */
export const ceilingOf = (scopes: readonly string[]): Narrowing => ({
  within: scopes.flatMap((scope) => readScopeWord(scope) ?? []),
});

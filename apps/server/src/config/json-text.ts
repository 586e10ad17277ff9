import { scanJson } from '../connection/json-scan.ts';

/** Deeper than any file of ours nests. */
const MAX_DEPTH = 64;

/**
 * The JSON in the text of a file that somebody wrote, or what is wrong with it, without what is in it. A key that comes twice is refused:
 * JSON would take the last, and who reads the file from above would believe the first. The mark that Windows editors put before UTF-8 is skipped.
 */
export function parseJsonText(text: string): { readonly json: unknown } | { readonly problem: string } {
  const bare = text.replace(/^\uFEFF/, '');
  const rule = scanJson(Buffer.from(bare), MAX_DEPTH)?.rule;
  if (rule === 'duplicate_key') return { problem: 'has the same key twice in one object: keep one of them' };
  if (rule === 'forbidden_key') return { problem: 'has a key that is not allowed (__proto__, constructor.prototype)' };
  try {
    return { json: JSON.parse(bare) };
  } catch (error) {
    // The parser's message quotes the text: only the place is told.
    const place = /(?<=\()line \d+ column \d+(?=\)$)/.exec(error instanceof Error ? error.message : '')?.[0];
    return { problem: `is not JSON: check for a missing brace or comma${place ? ` at ${place}` : ''}` };
  }
}

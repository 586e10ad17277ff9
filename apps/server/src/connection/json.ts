import { isUtf8 } from 'node:buffer';
import { type JsonProblem, scanJson } from './json-scan.ts';
import { type Refusal, refuse } from './refusal.ts';

const SAYS: Readonly<Record<JsonProblem['rule'], string>> = {
  depth: 'nests deeper than is allowed',
  duplicate_key: 'has the same key twice in one object',
  forbidden_key: 'has a key that is not allowed (__proto__, or prototype inside of constructor)',
  number: 'has a number that double precision would change; send it as a string',
  syntax: 'is not valid JSON',
};

function invalid(rule: string, says: string, more?: Record<string, unknown>): Refusal {
  return refuse('invalid_payload', `The body ${says}.`, { details: { rule, ...more } });
}

/**
 * Parses a JSON text strictly: valid UTF-8, no deeper than `maxDepth`, no key twice, no number that would change. What
 * was authorized and what is stored can then not differ. No message quotes the body.
 *
 * @throws {Refusal} `invalid_payload`, also for an empty body
 */
export function readJson(bytes: Buffer, maxDepth: number): unknown {
  if (bytes.length === 0) throw invalid('required', 'is empty: send a JSON object');
  if (!isUtf8(bytes)) throw invalid('utf8', 'is not valid UTF-8');
  const problem = scanJson(bytes, maxDepth);
  if (problem !== undefined) {
    const limit = problem.rule === 'depth' ? { max_depth: maxDepth } : {};
    throw invalid(problem.rule, SAYS[problem.rule], { offset: problem.offset, ...limit });
  }
  try {
    return JSON.parse(bytes.toString('utf8')) as unknown;
  } catch {
    // The parser's message quotes the body.
    throw invalid('syntax', SAYS.syntax);
  }
}

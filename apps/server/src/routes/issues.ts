import type { z } from 'zod';
import { says } from '../config/issue-words.ts';
import { type Refusal, refuse } from '../connection/refusal.ts';

type Issue = z.core.$ZodIssue;

/** Issues that are told of one request. */
const TOLD = 10;
const MAX_NAME_CHARS = 64;
const RETRY_FIELDS = /(^|\.)retry(\.|$)/;

/** A name in a path may be the client's own (a key of `meta`): shortened, and without what could break a line. */
const safe = (part: PropertyKey): string =>
  String(part)
    .slice(0, MAX_NAME_CHARS)
    .replaceAll(/[^\x20-\x7e]/g, '?');

/** `['args']` → `args`, `['jobs', 1, 'type']` → `jobs[1].type`. */
export function fieldOf(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : text ? `${text}.${safe(part)}` : safe(part)),
    '',
  );
}

/** Which rule was broken, in a word, and in words. Never the value. */
function ruleOf(issue: Issue): { rule: string; says: string } {
  switch (issue.code) {
    case 'invalid_type':
      return /received undefined$/.test(issue.message)
        ? { rule: 'required', says: 'is required' }
        : { rule: 'type', says: `must be of type ${issue.expected === 'int' ? 'integer' : issue.expected}` };
    case 'invalid_format':
      return { rule: 'format', says: says(issue) };
    case 'too_small':
      return { rule: 'min', says: issue.message.replace(/^Too small: expected \w+ to (be|have)/, 'must $1') };
    case 'too_big':
      return { rule: 'max', says: issue.message.replace(/^Too big: expected \w+ to (be|have)/, 'must $1') };
    case 'unrecognized_keys':
      return { rule: 'unknown', says: `has unknown attributes: ${issue.keys.slice(0, TOLD).map(safe).join(', ')}` };
    case 'invalid_key':
      return { rule: 'format', says: 'is not an allowed key' };
    case 'invalid_value':
      return { rule: 'enum', says: `must be one of ${issue.values.map(String).join(', ')}` };
    case 'invalid_union':
      return { rule: 'type', says: /^must /.test(issue.message) ? issue.message : 'is of the wrong type' };
    case 'custom':
      return { rule: typeof issue.params?.rule === 'string' ? issue.params.rule : 'custom', says: issue.message };
    default:
      return { rule: issue.code, says: issue.message };
  }
}

/**
 * Turns what a schema says into an answer (http-binding §9.1, ojs-errors): 400 that names the field and the rule, or 422
 * where the retry policy breaks a rule, as clients expect it.
 *
 * @param index place in a batch.
 */
export function refuseIssues(issues: readonly Issue[], index?: number): Refusal {
  const told = issues.slice(0, TOLD).map((issue) => ({ field: fieldOf(issue.path) || 'body', ...ruleOf(issue) }));
  const { field, rule, says } = told[0] ?? { field: 'body', rule: 'custom', says: 'is not valid' };
  return invalid(field, rule, says, {
    ...(index !== undefined && { index }),
    ...(RETRY_FIELDS.test(field) && { status: 422 }),
    ...(issues.length > 1 && {
      issues: told.map((each) => ({ field: each.field, rule: each.rule, message: each.says })),
    }),
  });
}

/** A field that breaks a rule. `status` is not shown; all else becomes part of the details. */
export function invalid(
  field: string,
  rule: string,
  says: string,
  { status, ...more }: { status?: number; index?: number; [name: string]: unknown } = {},
): Refusal {
  const place = more.index === undefined ? '' : `jobs[${more.index}].`;
  return refuse('invalid_request', `${place}${field}: ${says}`, {
    type: 'validation_error',
    ...(status !== undefined && { status }),
    details: { field, rule, ...more },
  });
}

/** Validates with a schema of `@ojs/schema`. @throws {Refusal} */
export function parse<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const result = schema.safeParse(value);
  if (!result.success) throw refuseIssues(result.error.issues);
  return result.data;
}

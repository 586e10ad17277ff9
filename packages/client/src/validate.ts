import type { StandardSchemaV1 } from '@standard-schema/spec';
import { type Issue, OjsValidationError } from './errors.ts';

/**
 * Checks a value with any Standard Schema library and returns what the schema makes of it.
 *
 * @param at what the value is, where an issue's path begins (`args`)
 * @throws {OjsValidationError} with the code given
 */
export function validate<Output>(
  schema: StandardSchemaV1<unknown, Output>,
  value: unknown,
  subject: string,
  at: string,
  code: 'invalid_payload' | 'invalid_result',
): Output | Promise<Output> {
  const read = (outcome: StandardSchemaV1.Result<Output>): Output => {
    if (!outcome.issues) return outcome.value;
    throw new OjsValidationError(
      subject,
      outcome.issues.map((issue) => toIssue(issue, at)),
      code,
    );
  };
  const outcome = schema['~standard'].validate(value);
  return outcome instanceof Promise ? outcome.then(read) : read(outcome);
}

function toIssue(issue: StandardSchemaV1.Issue, at: string): Issue {
  const keys = (issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part));
  return { path: [at, ...keys].join('/'), message: issue.message };
}

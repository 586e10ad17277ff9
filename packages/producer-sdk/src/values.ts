import { OjsValidationError } from '@ojs/client';

export const invalid = (path: string, message: string): OjsValidationError =>
  new OjsValidationError('The options are not valid', [{ path, message }]);

/** RFC 3339. A text is the server's to judge. @throws {OjsValidationError} */
export function moment(name: string, value: Date | string): string {
  if (typeof value === 'string') return value;
  if (Number.isNaN(value.getTime())) throw invalid(name, 'is an invalid Date');
  return value.toISOString();
}

/** ISO 8601. @throws {OjsValidationError} */
export function duration(path: string, ms: number): string {
  if (Number.isSafeInteger(ms) && ms > 0) return `PT${ms / 1_000}S`;
  throw invalid(path, 'must be a whole number of milliseconds above 0');
}

/** Without the properties that are undefined: JSON drops them anyway, and a default must not be hidden by one. */
export function defined<T extends object>(values: T): T {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T;
}

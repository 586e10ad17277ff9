import { OjsConfigurationError } from '@ojs/client';

/** More about what a handler takes. */
export interface HandlerOptions {
  /**
   * Which versions of the job it can do: `*`, `2.0`, or bounds that all must hold, `>=1.0 <3.0`. A worker of which one
   * handler says this is handed no versioned job that none of its handlers takes. Jobs without a version come to all.
   */
  readonly versions?: string;
}

/** What a worker tells the server of its handlers. */
export type Declaration = readonly { readonly type: string; readonly versions?: string }[];

/** What the server takes of one worker. */
const HANDLERS_MAX = 100;
const CHARS_MAX = 100;
const VERSION = String.raw`\d{1,9}(?:\.\d{1,9})?`;
const RANGE = new RegExp(String.raw`^(?:\*|${VERSION}|(?:>=|<) ?${VERSION}(?:(?: |, ?)(?:>=|<) ?${VERSION})*)$`);

/** @throws {OjsConfigurationError} when it is no range of versions */
export function checkVersions(type: string, { versions }: HandlerOptions): void {
  if (versions === undefined || (versions.length <= CHARS_MAX && RANGE.test(versions))) return;
  throw new OjsConfigurationError(`\`versions\` of ${type} must be *, MAJOR.MINOR, or bounds like >=1.0 <3.0`);
}

/**
 * What to declare: nothing where no handler says which versions it takes, so that such a worker is handed all jobs.
 *
 * @throws {OjsConfigurationError} when there are more handlers than can be declared
 */
export function declarationOf(handlers: ReadonlyMap<string, HandlerOptions>): Declaration | undefined {
  if (![...handlers.values()].some(({ versions }) => versions !== undefined)) return undefined;
  if (handlers.size > HANDLERS_MAX)
    throw new OjsConfigurationError(
      `A worker whose handlers say \`versions\` can have at most ${HANDLERS_MAX} of them`,
    );
  return [...handlers].map(([type, { versions }]) => ({ type, ...(versions !== undefined && { versions }) }));
}

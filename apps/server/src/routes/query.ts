import type { z } from 'zod';
import type { Ask } from './ask.ts';
import { invalid, parse } from './issues.ts';
import { isCredential } from './query-credential.ts';

/** No operation has more parameters; a query with hundreds is an attack. */
const MOST = 32;

/**
 * Validates the query. Parameters that the operation does not have are refused, or ignored if the server is set so; a credential is
 * ignored, and was told to the audit log.
 */
export function readQuery<T extends z.ZodObject>(schema: T, ask: Ask): z.output<T> {
  const query = ask.request.query as Readonly<Record<string, unknown>>;
  const names = Object.keys(query);
  if (names.length > MOST) throw invalid('query', 'max', `must not have more than ${MOST} parameters`);
  for (const name of names) {
    if (Object.hasOwn(schema.shape, name) || isCredential(ask, name)) continue;
    if (ask.services.rules.unknownAttributes === 'reject') {
      const known = Object.keys(schema.shape).join(', ');
      throw invalid('query', 'unknown', `has an unknown parameter; this operation knows ${known}`, { known });
    }
  }
  return parse(schema, query);
}

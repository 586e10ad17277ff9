import type { z } from 'zod';
import type { Ask } from './ask.ts';
import { invalid, parse } from './issues.ts';

/** No operation has more parameters; a query with hundreds is an attack. */
const MOST = 32;
/** Credentials have no place in a URL, which proxies log: never read, and told to the audit log. */
const CREDENTIALS = /^(access_token|api_?key|token|key|authorization)$/i;

/** Validates the query. Parameters that the operation does not have are refused, or ignored if the server is set so. */
export function readQuery<T extends z.ZodObject>(schema: T, ask: Ask): z.output<T> {
  const query = ask.request.query as Readonly<Record<string, unknown>>;
  const names = Object.keys(query);
  if (names.length > MOST) throw invalid('query', 'max', `must not have more than ${MOST} parameters`);
  for (const name of names) {
    if (Object.hasOwn(schema.shape, name)) continue;
    if (CREDENTIALS.test(name)) ask.record('auth.query_credential', 'failure', { operation: ask.operation.id });
    else if (ask.services.rules.unknownAttributes === 'reject') {
      const known = Object.keys(schema.shape).join(', ');
      throw invalid('query', 'unknown', `has an unknown parameter; this operation knows ${known}`, { known });
    }
  }
  return parse(schema, query);
}

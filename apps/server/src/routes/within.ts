import { Refusal, refuse } from '../connection/refusal.ts';

type Details = Readonly<Record<string, unknown>>;

/** `steps[3]` and `args` → `steps[3].args`; the whole of a part is the part itself. */
const joined = (path: string, field: unknown): string =>
  field === undefined || field === 'body' ? path : path === '' ? String(field) : `${path}.${field}`;

/**
 * Does something with a part of a body; what it refuses is refused in the name of that part.
 * @param path of the part, such as `steps[3].jobs[1]`
 */
export function within<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw inPart(path, error);
  }
}

function inPart(path: string, { code, message, detail }: Refusal): Refusal {
  const { field, issues, ...details } = detail.details ?? {};
  const says = message.startsWith(`${field}: `) ? message.slice(`${field}: `.length) : message;
  const whole = joined(path, field);
  return refuse(code, `${whole}: ${says}`, {
    ...detail,
    details: {
      field: whole,
      ...details,
      ...(Array.isArray(issues) && {
        issues: (issues as Details[]).map((issue) => ({ ...issue, field: joined(path, issue.field) })),
      }),
    },
  });
}

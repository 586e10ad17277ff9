import { OjsConfigurationError } from './errors.ts';

/**
 * The request target of an operation.
 *
 * @throws {OjsConfigurationError} for a path parameter that could lead to another route
 */
export function pathOf(
  template: string,
  path: Readonly<Record<string, string>> = {},
  query?: Readonly<Record<string, unknown>>,
): string {
  if (!query && !template.includes('{')) return template;
  const filled = template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = path[name] ?? '';
    if (value === '' || value === '.' || value === '..')
      throw new OjsConfigurationError(`"${value}" cannot be the ${name} in ${template}`);
    return encodeURIComponent(value);
  });
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) if (value !== undefined) search.set(name, String(value));
  return search.size === 0 ? filled : `${filled}?${search}`;
}

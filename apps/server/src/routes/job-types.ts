/** Which job types a server accepts (`validation.jobTypes`): names, prefixes such as `email.*`, or, absent, every one. */
export function jobTypeFilter(allowed: readonly string[] | undefined): (type: string) => boolean {
  if (allowed === undefined || allowed.includes('*')) return () => true;
  const names = new Set(allowed.filter((each) => !each.endsWith('.*')));
  const prefixes = allowed.filter((each) => each.endsWith('.*')).map((each) => each.slice(0, -1));
  return (type) => names.has(type) || prefixes.some((prefix) => type.length > prefix.length && type.startsWith(prefix));
}

/** The claims of a token or of an introspection answer, as JSON has them: nothing is known of any value. */
export type Claims = Readonly<Record<string, unknown>>;

/** Where a claim stands: its name, or the names on the way to one that is inside of others (`["realm_access", "roles"]`). */
export type ClaimPath = string | readonly string[];

export const isClaims = (value: unknown): value is Claims =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value of a claim; undefined where it does not stand there. Only own properties count: `constructor` is no claim of anybody. */
export function claimAt(claims: Claims, path: ClaimPath): unknown {
  let here: unknown = claims;
  for (const name of typeof path === 'string' ? [path] : path) {
    if (!isClaims(here) || !Object.hasOwn(here, name)) return undefined;
    here = here[name];
  }
  return here;
}

/** A claim that is one text or a list of texts, as a list; empty where it is absent, undefined where it is anything else. */
export function textsAt(claims: Claims, path: ClaimPath): readonly string[] | undefined {
  const value = claimAt(claims, path);
  if (value === undefined) return [];
  const all: readonly unknown[] = Array.isArray(value) ? value : [value];
  return all.every((each) => typeof each === 'string') ? all : undefined;
}

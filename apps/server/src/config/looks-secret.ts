import type { Mistake } from './mistakes.ts';

/** Texts that are credentials whatever they are called. */
const LOOKS: readonly RegExp[] = [
  /ojs_(prod|work|oper|admin|client|reg)_[0-9A-Za-z]+_/,
  /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/,
  /^(hv[sbr]|[sbr])\.[A-Za-z0-9_-]{20,}/,
  /\b(AKIA|ASIA)[A-Z0-9]{16}\b/,
  /^eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\./,
  /^(gh[pousr]|github_pat|xox[abprs]|whsec)[_-]/,
  /^(bearer|basic) [A-Za-z0-9+/=._~-]{8,}$/i,
];
/** What secrets are called. */
const NAMED = /(secret|passw(or)?d|token|credential|private_?key|api_?key)s?$/i;

/** Whether a setting of this name would hold a secret. */
export const isSecretName = (name: string): boolean => NAMED.test(name);

/** Whether a text is a credential, by its form. */
export const looksSecret = (text: string): boolean => LOOKS.some((looks) => looks.test(text));

/** Secrets that stand among the settings: in files that get copied, reviewed and printed. By place, never by value. */
export function secretsAmong(
  value: unknown,
  where: (path: readonly string[]) => string,
  path: string[] = [],
): Mistake[] {
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([name, inner]) => secretsAmong(inner, where, [...path, name]));
  }
  if (typeof value !== 'string' || !looksSecret(value)) return [];
  const problem = 'looks like a secret: move it to OJS_SECRET_NAME, OJS_SECRET_NAME_FILE or OJS_SECRET_NAME_REF';
  return [{ name: where(path), problem }];
}

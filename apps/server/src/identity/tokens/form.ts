import { OAuthError } from './oauth-error.ts';

/** Parameters that anything of ours has a meaning for are fewer. */
const MOST = 50;

/**
 * A form (RFC 6749, appendix B). A parameter that comes twice is refused (§3.2), and so is one without a value: somebody wrote it
 * and meant something.
 * @throws {OAuthError}
 */
export function readForm(bytes: Uint8Array): ReadonlyMap<string, string> {
  const parameters = new URLSearchParams(new TextDecoder().decode(bytes));
  const form = new Map<string, string>();
  for (const [name, value] of parameters) {
    if (form.has(name)) throw new OAuthError('invalid_request', `${shown(name)}: must not come twice`);
    if (value === '') throw new OAuthError('invalid_request', `${shown(name)}: has no value`);
    if (form.size >= MOST) throw new OAuthError('invalid_request', 'there are too many parameters');
    form.set(name, value);
  }
  return form;
}

const shown = (name: string): string => name.slice(0, 64);

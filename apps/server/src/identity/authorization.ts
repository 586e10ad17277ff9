/** What an Authorization header presents: the token of `Bearer` or `DPoP`, or the password of `Basic`. */
export interface Presented {
  readonly scheme: 'bearer' | 'dpop' | 'basic';
  readonly secret: string;
}

const HEADER = /^(bearer|dpop|basic) ([\x21-\x7e]+)$/i;

/**
 * Reads the header (RFC 9110 §11.4): the scheme in any case, exactly one space. `DPoP` means that a proof comes with the token (RFC 9449
 * §7.1). `Basic` means the password alone, for tools that can do nothing else. @returns undefined for any other scheme, form or character.
 */
export function presentedSecret(authorization: string): Presented | undefined {
  const match = HEADER.exec(authorization);
  if (match === null) return undefined;
  const [, scheme = '', value = ''] = match;
  if (scheme.length === 'bearer'.length) return { scheme: 'bearer', secret: value };
  if (scheme.length === 'dpop'.length) return { scheme: 'dpop', secret: value };
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(value)) return undefined;
  const pair = Buffer.from(value, 'base64').toString('latin1');
  const colon = pair.indexOf(':');
  return colon < 0 ? undefined : { scheme: 'basic', secret: pair.slice(colon + 1) };
}

import type { Secret } from '../../config/secret.ts';
import type { Send } from '../../outgoing/send.ts';
import { type Claims, claimAt, isClaims } from '../jwt/claim.ts';
import type { Introspector } from './settings.ts';

const TIMEOUT_MS = 5_000;
const MAX_BYTES = 64 * 1024;

/** As RFC 6749 §2.3.1 and appendix B have it: each part encoded as in a form before they are joined. */
const encoded = (text: string): string => new URLSearchParams([['', text]]).toString().slice(1);

/**
 * Asks the authorization server about a token (RFC 7662 §2.1).
 * @throws when there is no answer, or one that is none; never with the token or the secret in it.
 */
export async function introspect(
  { url, clientId }: Introspector,
  secret: Secret,
  token: string,
  send: Send,
): Promise<Claims> {
  const credentials = Buffer.from(`${encoded(clientId)}:${encoded(secret.reveal())}`).toString('base64');
  const { status, body } = await send({
    url,
    method: 'POST',
    headers: {
      Authorization: `Basic ${credentials}`,
      'Content-Type': 'application/x-www-form-urlencoded',
      Accept: 'application/json',
    },
    body: new URLSearchParams({ token, token_type_hint: 'access_token' }).toString(),
    timeoutMs: TIMEOUT_MS,
    maxBytes: MAX_BYTES,
  });
  if (status === 400 && isAboutToken(body)) return { active: false };
  if (status === 401) throw new Error('it does not accept clientId and secret');
  if (status !== 200) throw new Error(`the answer has status ${status}`);
  const value = jsonOf(body);
  if (!isClaims(value)) throw new Error('the answer is not a JSON object');
  return value;
}

/**
 * Whether it is this very token that it will not look at: anybody can send one such, and no other token may wait for that. That it does
 * not accept us can be a 400 too (RFC 6749 §5.2).
 */
function isAboutToken(body: Buffer): boolean {
  const value = jsonOf(body);
  const error = isClaims(value) ? claimAt(value, 'error') : undefined;
  return error === 'invalid_request' || error === 'invalid_token' || error === 'unsupported_token_type';
}

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

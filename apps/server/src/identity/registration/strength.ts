/** Security page: a shared secret is as hard to guess as an API key. */
const LEAST_BYTES = 32;
/** 32 random bytes have 30 different ones on average, and as many different steps; fewer than this never come by chance. */
const LEAST_DIFFERENT = 18;

const ADVICE = 'write at least 256 random bits, such as what `openssl rand -base64 32` prints';

/** Why a text is too weak to be a shared secret, in words without it; undefined where it is not. */
export function weaknessOf(text: string): string | undefined {
  const bytes = bytesOf(text);
  if (bytes === undefined) return `is neither base64 nor hexadecimal text: ${ADVICE}`;
  if (bytes.length < LEAST_BYTES) return `has ${bytes.length * 8} bits at most: ${ADVICE}`;
  return isDrawn(bytes) && !isSpoken(text) ? undefined : `is not random, and could be guessed: ${ADVICE}`;
}

function bytesOf(text: string): Uint8Array | undefined {
  if (/^([0-9a-f]{2})+$/.test(text) || /^([0-9A-F]{2})+$/.test(text)) return Buffer.from(text, 'hex');
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(text)) return undefined;
  return Buffer.from(text, 'base64url');
}

/** Neither few bytes again and again, nor a row, nor text that was encoded. */
function isDrawn(bytes: Uint8Array): boolean {
  const steps = new Set(bytes.subarray(1).map((byte, at) => byte - (bytes[at] ?? 0)));
  const isText = bytes.every((byte) => byte >= 0x20 && byte < 0x7f);
  return !isText && steps.size >= LEAST_DIFFERENT && new Set(bytes).size >= LEAST_DIFFERENT;
}

/** Words are of one case; 43 random characters of base64 are of both, but for one in a thousand million. */
const isSpoken = (text: string): boolean =>
  !/^[0-9a-fA-F]+$/.test(text) && (text === text.toLowerCase() || text === text.toUpperCase());

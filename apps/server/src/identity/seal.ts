import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';

/** Keeps what has to be usable again (second factors, signing keys, webhook secrets) unreadable at rest. */
export interface Sealer {
  /** @param context where it is kept, such as `totp acme/anna`: what was sealed there opens nowhere else */
  seal(context: string, text: string): string;
  /** @throws {UnsealFailure} */
  open(context: string, sealed: string): string;
  /** Whether it was sealed with the key in force, not with the one before. */
  isCurrent(sealed: string): boolean;
}

/** It was sealed under another server key, in another place, or changed since. */
export class UnsealFailure extends Error {
  override readonly name = 'UnsealFailure';
}

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const SEALED = /^v1\.([0-9a-f]{8})\.([A-Za-z0-9_-]+)$/;

interface Key {
  readonly id: string;
  readonly bytes: Uint8Array;
}

/**
 * AES-256-GCM under a key derived from the server key (HKDF, RFC 5869), with the context as associated data.
 * @param current 32 random bytes, what OJS_SECRET_SERVER_KEY holds
 * @param previous keys that still open what they sealed
 */
export function createSealer(current: Uint8Array, previous: readonly Uint8Array[] = []): Sealer {
  const key = keyOf(current);
  const keys = new Map([...previous.map(keyOf), key].map((each) => [each.id, each]));
  return {
    seal(context, text) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key.bytes, nonce).setAAD(Buffer.from(context));
      const sealed = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return `v1.${key.id}.${sealed.toString('base64url')}`;
    },
    open(context, sealed) {
      const [, id = '', body = ''] = SEALED.exec(sealed) ?? [];
      const known = keys.get(id);
      if (known === undefined) throw new UnsealFailure('it was sealed under another server key');
      return unseal(known, context, Buffer.from(body, 'base64url'));
    },
    isCurrent: (sealed) => sealed.startsWith(`v1.${key.id}.`),
  };
}

function unseal({ bytes }: Key, context: string, sealed: Buffer): string {
  try {
    const decipher = createDecipheriv('aes-256-gcm', bytes, sealed.subarray(0, NONCE_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(Buffer.from(context)).setAuthTag(sealed.subarray(-TAG_BYTES));
    return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]).toString(
      'utf8',
    );
  } catch {
    throw new UnsealFailure('it was changed, or belongs to another place');
  }
}

/** The id is a fingerprint that reveals nothing of the key. */
function keyOf(serverKey: Uint8Array): Key {
  const bytes = new Uint8Array(hkdfSync('sha256', serverKey, '', 'ojs seal key', 32));
  return { bytes, id: createHash('sha256').update('ojs seal key id').update(bytes).digest('hex').slice(0, 8) };
}

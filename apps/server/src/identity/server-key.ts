import { createHash } from 'node:crypto';
import type { Secret } from '../config/secret.ts';
import { createSealer, type Sealer } from './seal.ts';

/** What everybody can know: for development without a key of its own, and refused in production. */
export const DEVELOPMENT_KEY: Uint8Array = createHash('sha256').update('the server key of development').digest();

/** 32 bytes as base64, base64url or hexadecimal; undefined for anything else. */
export function readServerKey(text: string): Uint8Array | undefined {
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, 'hex');
  if (!/^[A-Za-z0-9+/_-]{43}=?$/.test(text)) return undefined;
  return Buffer.from(text, 'base64url');
}

/** The sealer of OJS_SECRET_SERVER_KEY; the one before it, OJS_SECRET_SERVER_KEY_PREVIOUS, opens too. */
export function sealerOf(secrets: ReadonlyMap<string, Secret>): Sealer {
  const read = (name: string): Uint8Array | undefined => {
    const secret = secrets.get(name);
    return secret && readServerKey(secret.reveal());
  };
  const previous = read('SERVER_KEY_PREVIOUS');
  return createSealer(read('SERVER_KEY') ?? DEVELOPMENT_KEY, previous ? [previous] : []);
}

import type { Secrets } from '../config/secret-store.ts';
import { DEVELOPMENT_KEY, readServerKey } from '../config/server-key.ts';
import { createSealer, type Sealer } from './seal.ts';

/**
 * The sealer of OJS_SECRET_SERVER_KEY; the one before it, OJS_SECRET_SERVER_KEY_PREVIOUS, opens too.
 * @returns undefined in production without a key
 */
export function sealerOf(secrets: Secrets, environment: 'production' | 'development'): Sealer | undefined {
  const read = (name: string): Uint8Array | undefined => {
    const secret = secrets.get(name);
    return secret && readServerKey(secret.reveal());
  };
  const current = read('SERVER_KEY') ?? (environment === 'development' ? DEVELOPMENT_KEY : undefined);
  const previous = read('SERVER_KEY_PREVIOUS');
  return current && createSealer(current, previous ? [previous] : []);
}

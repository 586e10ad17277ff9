import { hash } from 'node:crypto';

/** A short digest of what settings say: another text when they say anything else. */
export const digestOf = (settings: unknown): string =>
  hash('sha256', JSON.stringify(settings), 'base64url').slice(0, 22);

import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { CredentialKind, Plane } from '@ojs/schema';
import { base62, base62Of32Bits } from './base62.ts';

/** Second part of a key: where it can be used, and what its finder should be alarmed by. */
export const KEY_WORDS = ['prod', 'work', 'oper', 'admin', 'client', 'reg'] as const;
export type KeyWord = (typeof KEY_WORDS)[number];

/**
 * What a word says of the credential: `api_key` is accepted by itself; a `client` secret only at the token endpoint, a
 * `registration` secret only where workers register. Absent plane: any.
 */
export const WORDS: Readonly<Record<KeyWord, { readonly kind: CredentialKind; readonly plane?: Plane }>> = {
  prod: { kind: 'api_key', plane: 'producer' },
  work: { kind: 'api_key', plane: 'worker' },
  oper: { kind: 'api_key', plane: 'admin' },
  admin: { kind: 'api_key', plane: 'admin' },
  client: { kind: 'client' },
  reg: { kind: 'registration', plane: 'worker' },
};

const ID_LENGTH = 12;
/** 256 bits in base62. */
const SECRET_LENGTH = 43;
const CHECKSUM_LENGTH = 6;
const KEY = /^ojs_(prod|work|oper|admin|client|reg)_([0-9A-Za-z]{12})_[0-9A-Za-z]{43}[0-9A-Za-z]{6}$/;
const LONGEST = 'ojs_client_'.length + ID_LENGTH + 1 + SECRET_LENGTH + CHECKSUM_LENGTH;

/** A well-formed key. The id is not secret; the whole text is. */
export interface ParsedKey {
  readonly text: string;
  readonly word: KeyWord;
  readonly id: string;
}

/** Twelve characters hold 71 bits. */
const newId = (): string => base62(randomBits(72) >> 1n, ID_LENGTH);

/**
 * A new key `ojs_prod_<id>_<secret><checksum>`: 256 random bits, and a CRC-32 over everything before it, so that scanners and
 * the server reject typos without a look-up.
 *
 * @param id of a credential that exists and gets a new secret; by default a new one
 */
export function generateKey(word: KeyWord, id: string = newId()): ParsedKey {
  const secret = base62(randomBits(256), SECRET_LENGTH);
  return { text: formatKey(word, id, secret), word, id };
}

/** Puts a key together from its parts. */
export function formatKey(word: KeyWord, id: string, secret: string): string {
  const body = `ojs_${word}_${id}_${secret}`;
  return body + checksum(body);
}

/** The parts of a key, or what is wrong with it. Costs no look-up and no hash, whatever is presented. */
export function parseKey(text: string): ParsedKey | 'malformed_key' | 'wrong_checksum' {
  if (text.length > LONGEST) return 'malformed_key';
  const match = KEY.exec(text);
  if (match === null) return 'malformed_key';
  const end = text.length - CHECKSUM_LENGTH;
  if (checksum(text.slice(0, end)) !== text.slice(end)) return 'wrong_checksum';
  return { text, word: match[1] as KeyWord, id: match[2] as string };
}

/** How a key appears in logs: `ojs_prod_…a1b2`, the last four characters of its id, never of its secret. */
export function truncateKey(word: KeyWord, id: string): string {
  return `ojs_${word}_…${id.slice(-4)}`;
}

const randomBits = (count: number): bigint => BigInt(`0x${randomBytes(count / 8).toString('hex')}`);

const checksum = (body: string): string => base62Of32Bits(crc32(body));

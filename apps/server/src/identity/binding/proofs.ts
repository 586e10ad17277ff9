import { put } from '../../bounded-map.ts';
import type { RedisClient } from '../../redis/connect.ts';
import { systemSpace } from '../../redis/keyspace.ts';
import type { Refused } from '../identity.ts';
import { STORE_UNAVAILABLE } from '../refused.ts';
import { takeOnce } from '../take-once.ts';
import { mismatch, type ProvenRequest, readProofClaims, WINDOW_MS } from './proof-claims.ts';
import { type ProofKey, readProofKey } from './proof-key.ts';

export interface ProofsOptions {
  readonly redis: RedisClient;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  /** Hears of each key that is read from a header, and of each signature that is checked: for tests that count. */
  readonly onWork?: (what: 'key' | 'signature') => void;
}

/** What was proven: the thumbprint (RFC 7638) of the key that the sender holds. */
export interface Proven {
  readonly thumbprint: string;
}

/** Longest proof that is read, and longest header of one: the key, and no more. */
const PROOF_CHARS = 8_192;
const HEADER_CHARS = 1_024;
const SHAPE = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{86})$/;
/** Keys that are remembered, by the header that they came in: a client sends the same one with every proof. */
const KEYS = 10_000;

/** How much longer a proof is remembered than this server would accept it, for servers whose clocks are behind: as much as theirs may be off. */
const SKEW_MS = WINDOW_MS;

/** Checks DPoP proofs (RFC 9449 §4.3). */
export class Proofs {
  readonly #options: ProofsOptions;
  readonly #now: () => number;
  readonly #keys = new Map<string, ProofKey>();

  constructor(options: ProofsOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /**
   * Whether the proof was made for the request, with a key of that thumbprint, and never used. What costs little is asked first: only
   * whoever presents a token bound to the key has a signature checked.
   *
   * @param thumbprint the key that it must be made with; absent: any, where a token is asked for that will be bound to it
   */
  async check(proof: string, request: ProvenRequest, thumbprint?: string): Promise<Proven | Refused> {
    const now = this.#now();
    const parts = this.#read(proof);
    if (parts === undefined) return { refused: 'proof_malformed' };
    const { key, claims, header, payload, signature } = parts;
    if (thumbprint !== undefined && key.thumbprint !== thumbprint) return { refused: 'proof_with_another_key' };
    const wrong = mismatch(claims, request, now);
    if (wrong !== undefined) return { refused: wrong };
    this.#options.onWork?.('signature');
    if (!key.isSigned(`${header}.${payload}`, Buffer.from(signature, 'base64url'))) {
      return { refused: 'proof_with_a_wrong_signature' };
    }
    this.#remember(header, key);
    try {
      // For the one request that it is good for, at all servers together (RFC 9449 §11.1).
      const ms = claims.iat * 1_000 + WINDOW_MS - now + SKEW_MS;
      const isFirst = await takeOnce(this.#options.redis, systemSpace.proofs, `${key.thumbprint} ${claims.jti}`, ms);
      return isFirst ? { thumbprint: key.thumbprint } : { refused: 'proof_used_before' };
    } catch {
      return STORE_UNAVAILABLE;
    }
  }

  #read(proof: string) {
    const [, header, payload, signature] = proof.length > PROOF_CHARS ? [] : (SHAPE.exec(proof) ?? []);
    if (header === undefined || payload === undefined || signature === undefined) return undefined;
    const key = this.#keyOf(header);
    const claims = key && readProofClaims(payload);
    return key && claims && { key, claims, header, payload, signature };
  }

  #keyOf(header: string): ProofKey | undefined {
    const known = this.#keys.get(header);
    if (known !== undefined || header.length > HEADER_CHARS) return known;
    this.#options.onWork?.('key');
    return readProofKey(header);
  }

  /** Only keys that signed: what anybody can write does not push out what is used. */
  #remember(header: string, key: ProofKey): void {
    if (!this.#keys.has(header)) put(this.#keys, header, key, KEYS);
  }
}

import { timingSafeEqual } from 'node:crypto';
import { put } from '../../bounded-map.ts';
import type { StoredSecret } from '../credential-record.ts';
import type { Credential } from '../credential-store.ts';
import { type Digest, keyOf, PresentedDigests } from '../presented-digests.ts';

/** Wrong keys that are remembered, so that repeating one costs no KDF. */
const WRONG_MOST = 1_000;

/** Which keys were verified against which credential. A credential that changes is another object; see {@link Digests.carry}. */
export class Digests {
  readonly #presented = new PresentedDigests();
  readonly #verified = new WeakMap<Credential, { digest: Digest; secret: StoredSecret }[]>();
  readonly #wrong = new Map<string, Credential>();

  of(key: string): Digest {
    return this.#presented.of(key);
  }

  /** Whether the key was verified before, with a secret that is still live. */
  isVerified(credential: Credential, digest: Digest, now: number): boolean {
    const known = this.#verified.get(credential);
    if (known === undefined) return false;
    let found = false;
    for (const each of known) {
      if (timingSafeEqual(each.digest, digest) && isLive(each.secret, now)) found = true;
    }
    return found;
  }

  /** At most one digest for each secret of the record. */
  verified(credential: Credential, digest: Digest, secret: StoredSecret): void {
    const others = (this.#verified.get(credential) ?? []).filter((each) => each.secret !== secret);
    this.#verified.set(credential, [...others, { digest, secret }]);
  }

  /**
   * The credential changed: what was verified against a hash that is still in it, byte for byte with its cost, is so still. Whether that secret
   * is live, and what the credential may do, is read from the new record.
   */
  carry(before: Credential, after: Credential): void {
    const kept = (this.#verified.get(before) ?? []).flatMap(({ digest, secret }) => {
      const same = after.record.secrets.find((each) => isSameHash(each, secret));
      return same === undefined ? [] : [{ digest, secret: same }];
    });
    if (kept.length > 0) this.#verified.set(after, kept);
  }

  isWrong(credential: Credential, digest: Digest): boolean {
    return this.#wrong.get(keyOf(digest)) === credential;
  }

  wrong(credential: Credential, digest: Digest): void {
    put(this.#wrong, keyOf(digest), credential, WRONG_MOST);
  }
}

const isSameHash = (one: StoredSecret, other: StoredSecret): boolean =>
  (['hash', 'salt', 'n', 'r', 'p'] as const).every((name) => one[name] === other[name]);

/** Whether the secret is accepted at this moment: after a rotation, the old one ends with its grace period. */
export function isLive(secret: StoredSecret, now: number): boolean {
  return secret.notAfter === undefined || now < secret.notAfter;
}

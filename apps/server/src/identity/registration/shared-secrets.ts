import { hash, timingSafeEqual } from 'node:crypto';
import type { Lineage, Subject } from '../../access/decide.ts';
import type { Secret } from '../../config/secret.ts';
import type { SecretValues } from '../../config/secret-store.ts';
import { digestOf } from '../digest-of.ts';
import type { Registration } from './settings.ts';
import { weaknessOf } from './strength.ts';

/** `credential.kind` of a worker that registered with a shared secret of the identity file. */
const KIND = 'shared_secret';

export interface SharedSecretsOptions {
  /** As they are now. */
  readonly registrations: () => readonly Registration[];
  readonly secrets: SecretValues;
  /** A value that could be guessed came into force: it is not accepted. Once per value. */
  readonly onWeak: (name: string, weakness: string) => void;
}

/** The shared secrets of the identity file. Nothing is kept of a value but a digest in memory. */
export class SharedSecrets {
  readonly #options: SharedSecretsOptions;
  /** A value that changes is another object. */
  readonly #digests = new WeakMap<Secret, Buffer | 'weak'>();
  readonly #subjects = new WeakMap<Registration, WeakMap<Buffer, Subject>>();

  constructor(options: SharedSecretsOptions) {
    this.#options = options;
  }

  /**
   * Whom the secret makes of a worker; undefined for a wrong one. Compares digests with each secret in constant time, also after one
   * has matched. A value that was replaced counts until its grace period is over, or for as long as it is set as NAME_PREVIOUS.
   */
  find(presented: string): Subject | undefined {
    const digest = secretDigest(presented);
    let found: Subject | undefined;
    for (const registration of this.#options.registrations()) {
      for (const expected of this.#accepted(registration)) {
        if (timingSafeEqual(expected, digest)) found = this.#subject(registration, expected);
      }
    }
    return found;
  }

  /** Whether a token of this root still counts: it is a shared secret that is still accepted, and its registration says the same. */
  vouches({ kind, id, grounds }: Pick<Lineage['root'], 'kind' | 'id' | 'grounds'>): boolean {
    if (kind !== KIND) return false;
    const registration = this.#options.registrations().find((each) => id.startsWith(`${each.id}.`));
    if (registration === undefined) return false;
    const isSame = (now: Subject): boolean => now.credential.id === id && now.grounds === grounds;
    return this.#accepted(registration).some((digest) => isSame(this.#subject(registration, digest)));
  }

  /** Digests of the values that its secret has, and of those that it had and that still count. */
  #accepted({ secret: name }: Registration): Buffer[] {
    const { secrets } = this.#options;
    const values = [secrets.get(name), secrets.previous?.(name), secrets.get(`${name}_PREVIOUS`)];
    return values.flatMap((value) => (value && this.#digest(name, value)) ?? []);
  }

  #digest(name: string, value: Secret): Buffer | undefined {
    let digest = this.#digests.get(value);
    if (digest === undefined) {
      const text = value.reveal();
      const weakness = weaknessOf(text);
      digest = weakness === undefined ? secretDigest(text) : 'weak';
      this.#digests.set(value, digest);
      if (weakness !== undefined) this.#options.onWeak(name, weakness);
    }
    return digest === 'weak' ? undefined : digest;
  }

  #subject(registration: Registration, digest: Buffer): Subject {
    const known = this.#subjects.get(registration) ?? new WeakMap<Buffer, Subject>();
    const subject = known.get(digest) ?? subjectOf(registration, digest);
    this.#subjects.set(registration, known.set(digest, subject));
    return subject;
  }
}

const secretDigest = (text: string): Buffer => hash('sha256', text, 'buffer');

/** Frozen: decisions about it are remembered by its identity. */
function subjectOf(registration: Registration, digest: Buffer): Subject {
  const { id, principal, tenant, roles, queues } = registration;
  return Object.freeze({
    id: principal,
    tenant,
    plane: 'worker',
    roles,
    grants: [],
    queues,
    // So that a token ends when what its registration says changes.
    credential: { kind: KIND, id: `${id}.${digestOf([principal, tenant, roles, queues])}` },
    vouchedBy: `registration:${id}`,
    // Of 256 random bits at least: nobody finds them by it.
    grounds: digestOf(digest.toString('base64url')),
    mfa: false,
  });
}

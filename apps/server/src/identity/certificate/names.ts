import { type DerReader, Malformed, TAG } from './der.ts';

/** The names that identify, as the certificate holds them: never as a text that has to be taken apart again. */
export interface Names {
  readonly dns: readonly string[];
  readonly uri: readonly string[];
  readonly email: readonly string[];
}

/** GeneralName (RFC 5280 §4.2.1.6): the kinds that identify, and the longest that is taken. */
const KINDS: ReadonlyMap<number, readonly [kind: keyof Names, most: number]> = new Map([
  [0x81, ['email', 254]],
  [0x82, ['dns', 253]],
  // The SPIFFE ID specification (§2.3) allows no longer one either.
  [0x86, ['uri', 2_048]],
]);
/** Names of every kind together: more are nobody's identity. */
const MOST = 20;
/** Without space and control characters. An IA5String may hold any of them, and what reads NUL as the end reads another name. */
const VISIBLE = /^[\x21-\x7e]+$/;

/** Reads a subjectAltName extension. @throws {Malformed} also for what nobody should have signed. */
export function readNames(extension: DerReader): Names {
  const names = { dns: [] as string[], uri: [] as string[], email: [] as string[] };
  const all = extension.inside(TAG.sequence);
  extension.end();
  for (let count = 1; !all.atEnd; count++) {
    if (count > MOST) throw new Malformed('has too many names');
    const [kind, most = 0] = KINDS.get(all.next ?? 0) ?? [];
    if (kind === undefined) {
      all.skip();
      continue;
    }
    const name = all.contents(all.next ?? 0).toString('latin1');
    if (name.length > most) throw new Malformed('has a name that is too long');
    if (!VISIBLE.test(name)) throw new Malformed('has a name with forbidden characters');
    names[kind].push(name);
  }
  return names;
}

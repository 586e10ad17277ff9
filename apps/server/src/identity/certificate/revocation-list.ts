import { setImmediate as turn } from 'node:timers/promises';
import { type Certificate, readExtensions } from './certificate.ts';
import { DerReader, hexOf, Malformed, TAG, timeOf } from './der.ts';
import { isSignedBy, readSignature } from './signature.ts';

/** A certificate revocation list whose signature was verified (RFC 5280 §5). Times in milliseconds since the epoch. */
export interface RevocationList {
  /** {@link Certificate.signer} of the authority that signed it. */
  readonly issuer: string;
  readonly thisUpdate: number;
  readonly nextUpdate: number;
  /** Serial numbers. */
  readonly revoked: ReadonlySet<string>;
  /** Those of them of which the list says that nobody else has the key: superseded, or no longer in use. */
  readonly retired: ReadonlySet<string>;
}

/** Largest file of lists that is read: some 400,000 revoked certificates. */
export const MOST_CRL_BYTES = 16 * 1024 * 1024;
/** How many entries are read before others get their turn. */
const ENTRIES_A_TURN = 5_000;
/** How far ahead of ours the clock of an authority may be. */
const SKEW_MS = 300_000;

const REASON_CODE = '551d15';
/** superseded and cessationOfOperation. */
const RETIRED: ReadonlySet<number> = new Set([4, 5]);

const NOTHING_CRITICAL: ReadonlySet<string> = new Set();
/** issuingDistributionPoint and deltaCRLIndicator: a list that is not whole. Both must be critical; not all tools write them so. */
const PARTIAL = ['551d1c', '551d1b'];

/**
 * Reads one list and verifies that one of the authorities signed it.
 * @param authorities those whose lists are wanted
 * @throws {Malformed} with the reason in words, also for a signature that is not theirs
 */
export async function readRevocationList(
  der: Buffer,
  authorities: readonly Certificate[],
  now: number,
): Promise<RevocationList> {
  const outer = new DerReader(der);
  const parts = outer.inside(TAG.sequence);
  outer.end();
  const signed = parts.whole(TAG.sequence);
  const algorithm = parts.whole(TAG.sequence);
  const [unusedBits, ...signature] = parts.contents(TAG.bitString);
  parts.end();
  if (unusedBits !== 0) throw new Malformed('has a signature of another form');

  const list = new DerReader(signed).inside(TAG.sequence);
  list.maybe(TAG.integer);
  if (!list.whole(TAG.sequence).equals(algorithm)) throw new Malformed('names two algorithms');
  const name = list.whole(TAG.sequence);
  const issuer = signerOf(name, authorities, algorithm, signed, Buffer.from(signature));
  const thisUpdate = timeOf(list);
  if (thisUpdate > now + SKEW_MS) throw new Malformed('is not valid yet: check the clocks');
  if (list.next !== TAG.utcTime && list.next !== TAG.generalizedTime) throw new Malformed('does not say when it ends');
  const nextUpdate = timeOf(list);
  const entries = await readEntries(list.maybe(TAG.sequence));
  const extensions = readExtensions(list.maybe(0xa0), NOTHING_CRITICAL);
  if (extensions.hasUnknownCritical || PARTIAL.some((id) => extensions.values.has(id))) {
    throw new Malformed('covers a part only (delta, indirect or distribution point): publish one full list');
  }
  list.end();
  return { issuer, thisUpdate, nextUpdate, ...entries };
}

/** Verifies before anything else is believed, also how long it is. */
function signerOf(
  name: Buffer,
  authorities: readonly Certificate[],
  algorithm: Buffer,
  signed: Buffer,
  signature: Buffer,
): string {
  const named = authorities.filter(({ subject, keyUsage }) => subject.equals(name) && keyUsage?.cRLSign !== false);
  if (named.length === 0)
    throw new Malformed('was made by an authority that is not in the CA file, or may not sign lists');
  const scheme = readSignature(new DerReader(algorithm).inside(TAG.sequence));
  if (scheme === undefined) throw new Malformed('is signed with an algorithm that is too weak or unknown');
  const signer = named.find(({ x509 }) => isSignedBy(x509.publicKey, scheme, signed, signature));
  if (signer === undefined) throw new Malformed('is not signed by the authority that it names');
  return signer.signer;
}

async function readEntries(entries: DerReader | undefined): Promise<Pick<RevocationList, 'revoked' | 'retired'>> {
  const revoked = new Set<string>();
  const retired = new Set<string>();
  for (let count = 1; entries !== undefined && !entries.atEnd; count++) {
    const entry = entries.inside(TAG.sequence);
    const serial = hexOf(entry.contents(TAG.integer));
    revoked.add(serial);
    entry.skip();
    if (!entry.atEnd && isRetired(entry)) retired.add(serial);
    if (count % ENTRIES_A_TURN === 0) await turn();
  }
  return { revoked, retired };
}

/**
 * What the reason of an entry says (RFC 5280 §5.3.1). @throws {Malformed} where an extension is critical: the entry is then another
 * authority's (an indirect list).
 */
function isRetired(entry: DerReader): boolean {
  let reason: number | undefined;
  const all = entry.inside(TAG.sequence);
  while (!all.atEnd) {
    const extension = all.inside(TAG.sequence);
    const id = extension.contents(TAG.oid).toString('hex');
    if (extension.next === TAG.boolean && extension.contents(TAG.boolean)[0] !== 0) {
      throw new Malformed('has entries of other authorities (an indirect list)');
    }
    if (id === REASON_CODE) reason = extension.inside(TAG.octetString).contents(TAG.enumerated)[0];
  }
  return reason !== undefined && RETIRED.has(reason);
}

import type { Certificate } from './certificate.ts';
import { Malformed } from './der.ts';
import { derOf } from './pem.ts';
import { type RevocationList, readRevocationList } from './revocation-list.ts';

export type Lists = ReadonlyMap<string, RevocationList>;

/**
 * The lists in force after a file was read: those of the file, and those of other authorities that were in force before. All of
 * the file or nothing of it.
 *
 * @param bytes PEM with one or more lists, or one in DER
 * @throws {Malformed} with the reason in words; what was in force stays in force then
 */
export async function readLists(
  bytes: Buffer,
  authorities: readonly Certificate[],
  before: Lists,
  now: number,
): Promise<Lists> {
  const all = bytes[0] === 0x30 ? [bytes] : derOf(bytes.toString('latin1'), 'X509 CRL');
  if (all.length === 0) throw new Malformed('holds no revocation list');
  const lists = new Map(before);
  for (const der of all) {
    const list = await readRevocationList(der, authorities, now);
    const old = before.get(list.issuer);
    if (old !== undefined && list.thisUpdate < old.thisUpdate) throw new Malformed('is older than the one in force');
    if (old !== undefined && now >= list.nextUpdate && now < old.nextUpdate) throw new Malformed('has expired');
    lists.set(list.issuer, list);
  }
  return lists;
}

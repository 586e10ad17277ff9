import { randomBytes } from 'node:crypto';
import { sealedPlaces } from '../assembly/sealed-places.ts';
import { adoptServerKey, openSealer } from '../assembly/sealer.ts';
import type { AuditLog } from '../audit/audit.ts';
import { serverEvent } from '../audit/server-event.ts';
import type { Config } from '../config/config.ts';
import { reseal } from '../identity/reseal.ts';
import type { RedisClient } from '../redis/connect.ts';

/** 256 random bits, as OJS_SECRET_SERVER_KEY takes them. */
export const generateServerKey = (): string => randomBytes(32).toString('base64url');

/**
 * `ojs-server server-key reseal`: seals everything anew that is still sealed under OJS_SECRET_SERVER_KEY_PREVIOUS, or was written in plain by an older
 * server. May run while servers work, once all of them know both keys; again does no harm.
 *
 * @returns the exit code: 0 when OJS_SECRET_SERVER_KEY_PREVIOUS is not needed any more, 1 when something is sealed under neither
 */
export async function runReseal(
  config: Config,
  client: RedisClient,
  audit: AuditLog,
  out: (line: string) => void,
): Promise<number> {
  const sealer = await openSealer(config, client);
  const lost: string[] = [];
  for (const [name, texts] of await sealedPlaces(client)) {
    const done = await reseal(sealer, texts);
    out(`${name}: ${done.resealed} sealed anew, ${done.current} were already`);
    lost.push(...done.lost);
    const detail = { of: name, resealed: done.resealed, lost: done.lost.length };
    audit.record(serverEvent('secret.resealed', done.lost.length === 0 ? 'success' : 'failure', detail));
  }
  for (const context of lost)
    out(`${context}: neither key opens it: write it anew, or give the key that it was sealed under`);
  if (lost.length > 0) return 1;
  await adoptServerKey(sealer, client);
  out('OJS_SECRET_SERVER_KEY_PREVIOUS is not needed any more');
  return 0;
}

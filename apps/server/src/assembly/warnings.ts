import type { Config } from '../config/config.ts';
import { mfaWarnings } from '../config/mfa.ts';
import { certificateWarnings } from '../identity/certificate/warnings.ts';
import type { Identity } from '../identity/create-identity.ts';
import type { Connections } from '../redis/connect.ts';
import { durabilityWarnings } from '../redis/durability.ts';

/** What an operator should know of a server that starts all the same. */
export async function startWarnings(
  config: Config,
  { client }: Connections,
  identity: Pick<Identity, 'believed'>,
): Promise<string[]> {
  const ofCertificates = config.env === 'production' ? certificateWarnings(identity.believed().certificates) : [];
  return [...(await durabilityWarnings(client).catch(() => [])), ...ofCertificates, ...mfaWarnings(config)];
}

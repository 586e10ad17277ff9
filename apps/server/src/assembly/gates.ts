import { type Access, createAccess } from '../access/create-access.ts';
import type { Config } from '../config/config.ts';
import { createIdentity, type Identity, type IdentityOptions } from '../identity/create-identity.ts';
import type { Undo } from './undo.ts';

/** Who is asking, and what they may do. */
export interface Gates {
  readonly access: Access;
  readonly identity: Identity;
}

type Parts = Pick<IdentityOptions, 'redis' | 'log' | 'audit' | 'sealer' | 'send' | 'secrets' | 'onDerivation'>;

/** @throws {BadFile} when the policy or the identity file cannot be used */
export async function openGates(config: Config, parts: Parts, undo: Undo): Promise<Gates> {
  // Each needs the other: new epochs make credentials stale, and the policy can disable their principals.
  let identity: Identity | undefined;
  const refreshIdentity = (): Promise<void> | undefined => identity?.refresh();
  const access = await createAccess({ ...parts, policyFile: config.policyFile, refreshIdentity });
  undo.note(() => access.close());
  identity = createIdentity({
    ...parts,
    access,
    identityFile: config.identityFile,
    environment: config.env,
    hashCost: 2 ** config.keys.scryptCost,
  });
  undo.note(() => identity?.close());
  await identity.start();
  return { access, identity };
}

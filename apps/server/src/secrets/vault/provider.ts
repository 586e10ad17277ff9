import { z } from 'zod';
import { fieldOf, type Outcome, type Provider, readPlaces } from '../provider.ts';
import type { VaultReference } from '../reference.ts';
import { type AskVault, createVaultClient, VaultFailure, type VaultPlace } from './client.ts';
import type { VaultLogin } from './login.ts';
import { VaultSession } from './session.ts';

const Version = z.object({ data: z.record(z.string(), z.unknown()) });

/** What was found in one place. */
type Found = { readonly record: Record<string, unknown> } | { readonly failure: VaultFailure };

/** Vault or OpenBao: the KV secrets engine, version 2. */
export function createVaultProvider(
  place: VaultPlace,
  login: VaultLogin,
  now?: () => number,
): Provider<VaultReference> {
  const ask = createVaultClient(place);
  const session = new VaultSession(ask, login, now);
  return {
    dueInMs: () => session.dueInMs(),
    async read(references) {
      const found = await readPlaces(
        references,
        ({ mount, path }) => `${mount}/${path}`,
        (reference) => find(ask, session, reference),
      );
      return {
        outcomes: references.map((reference, index) => outcomeOf(found[index], reference)),
        isAway: found.some((each) => 'failure' in each && each.failure.kind === 'away'),
      };
    },
  };
}

function outcomeOf(found: Found | undefined, { mount, path, field }: VaultReference): Outcome {
  if (found === undefined || 'failure' in found) return { problem: `${mount}/${path}: ${found?.failure.message}` };
  return fieldOf(found.record, field);
}

async function find(ask: AskVault, session: VaultSession, { mount, path }: VaultReference): Promise<Found> {
  try {
    const read = async (): Promise<Found> => {
      const token = await session.token();
      try {
        const { data } = await ask({ method: 'GET', path: `${mount}/data/${path}`, token });
        const { success, data: version } = Version.safeParse(data);
        return success
          ? { record: version.data }
          : { failure: new VaultFailure('missing', 'there is no version of it') };
      } catch (error) {
        if (error instanceof VaultFailure && error.kind === 'denied') session.forget(token);
        throw error;
      }
    };
    // A token that Vault has forgotten (revoked, or restored from a backup) and one without the right are both 403: a new login tells.
    return await read().catch((error: unknown) => {
      if (error instanceof VaultFailure && error.kind === 'denied') return read();
      throw error;
    });
  } catch (error) {
    if (error instanceof VaultFailure) return { failure: error };
    throw error;
  }
}

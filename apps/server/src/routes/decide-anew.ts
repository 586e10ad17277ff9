import { StaleAccess } from '../engine/errors.ts';
import type { Ask } from './ask.ts';
import { identifyAsk } from './identify.ts';
import { unavailable } from './refusals.ts';

/** How often a request is decided anew when access changes under it. */
const DECISIONS = 3;

/**
 * Does what the request asks for; where access has changed meanwhile, identifies anew and begins again.
 *
 * @param serve permits and operates; rejects with `StaleAccess` while something of it is still to be decided anew.
 * @throws {Refusal} (rejects) when the caller is no longer admitted, or access keeps changing
 */
export async function decideAndServe<T>(ask: Ask, serve: () => Promise<T>): Promise<T> {
  for (let round = 1; ; round++) {
    try {
      return await serve();
    } catch (error) {
      if (!(error instanceof StaleAccess)) throw error;
      if (round === DECISIONS) throw unavailable();
      await ask.services.access.epochs.learned(ask.tenant, error.current);
      await identifyAsk(ask);
    }
  }
}

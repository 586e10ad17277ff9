import type { EngineContext } from './context.ts';

/** Rate limits (ojs-rate-limiting), kept by the scripts (lua/limits.lua). */
export function createLimits({ run, spaces, due }: EngineContext) {
  return {
    /** The moment of these keys has come: who waits there may go on. */
    release: async (tenant: string, keys: readonly string[]): Promise<void> => {
      const opens = await run('release', spaces.of(tenant), keys);
      if (Number(opens) > 0) due.expect(tenant, Number(opens));
    },
  };
}

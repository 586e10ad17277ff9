import { lookup, Resolver } from 'node:dns/promises';

/** The addresses of a host, by the name server (or, where the operator named the host, as this system knows it). */
export type Resolve = (host: string, isNamed: boolean, signal: AbortSignal) => Promise<readonly string[]>;

/**
 * Asks the name server itself: the system's own look-up occupies one of few threads, which the key derivations need, for as long as a
 * name server that means harm keeps silent. Hosts that the operator named may stand in the hosts file.
 */
export const resolveHost: Resolve = async (host, isNamed, signal) => {
  if (isNamed) return (await lookup(host, { all: true })).map(({ address }) => address);
  const resolver = new Resolver({ timeout: 3_000, tries: 2 });
  const cancel = (): void => resolver.cancel();
  signal.addEventListener('abort', cancel);
  try {
    const [v4, v6] = await Promise.all([
      resolver.resolve4(host).catch(() => []),
      resolver.resolve6(host).catch(() => []),
    ]);
    return [...v4, ...v6];
  } finally {
    signal.removeEventListener('abort', cancel);
  }
};

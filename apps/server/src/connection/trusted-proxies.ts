import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { isInNetwork, parseNetwork } from '../outgoing/address.ts';

/** The proxies that are believed (setting `proxy.trusted`): nobody, unless they are listed. */
export class TrustedProxies {
  readonly #networks: readonly NonNullable<ReturnType<typeof parseNetwork>>[];

  /** @param networks addresses and networks (CIDR), validated by the settings. */
  constructor(networks: readonly string[] = []) {
    this.#networks = networks.map(parseNetwork).filter((network) => network !== undefined);
  }

  get isEmpty(): boolean {
    return this.#networks.length === 0;
  }

  /** @param address in its plain form, see {@link plainAddress} */
  includes(address: string): boolean {
    if (this.isEmpty || isIP(address) === 0) return false;
    const parsed = ipaddr.process(address);
    return this.#networks.some((network) => isInNetwork(parsed, network));
  }
}

/**
 * The one way to write an address: an IPv4 address in IPv6 clothes is that IPv4 address, IPv6 as RFC 5952 says. Undefined for
 * what is none, and for one that means something on its own link only (`fe80::1%eth0`).
 */
export function plainAddress(text: string): string | undefined {
  return isIP(text) === 0 || text.includes('%') ? undefined : ipaddr.process(text).toString();
}

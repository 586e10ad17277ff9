import { isInNetwork, isNobody, isPublic, parseAddress, parseNetwork } from './address.ts';

/** What `outgoing.allow` permits beyond the internet: hosts by name, and networks. */
export interface Allowed {
  /** Whether the host is named: then wherever it resolves to is permitted. */
  host(name: string): boolean;
  /** Whether one may connect to the address, given that the host is named or not. */
  address(address: string, hostIsNamed: boolean): boolean;
  /** Whether the address is in a network that is named. */
  network(address: string): boolean;
}

/** A name as it is compared: in lower case (URLs have it so), without the dots at its end. */
export const plainName = (host: string): string => host.toLowerCase().replace(/\.+$/, '');

/** @param entries host names, addresses and networks (CIDR), validated by the settings. */
export function createAllowed(entries: readonly string[]): Allowed {
  const networks = entries.map(parseNetwork).filter((network) => network !== undefined);
  const hosts = new Set(entries.filter((entry) => parseNetwork(entry) === undefined).map(plainName));
  const network = (text: string): boolean => {
    const address = parseAddress(text);
    return address !== undefined && networks.some((each) => isInNetwork(address, each));
  };
  return {
    host: (name) => hosts.has(plainName(name)),
    network,
    address(text, hostIsNamed) {
      const address = parseAddress(text);
      if (address === undefined || isNobody(address)) return false;
      return hostIsNamed || isPublic(address) || network(text);
    },
  };
}

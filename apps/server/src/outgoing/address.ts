import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** Addresses of the public range at which clouds serve credentials to whoever runs inside of them. */
const METADATA: ReadonlySet<string> = new Set(['168.63.129.16']);

const GLOBAL = ipaddr.IPv6.parseCIDR('2000::/3');

/** The IPv4 address that a translator (RFC 6052, the well-known prefix 64:ff9b::/96) makes of an IPv6 address. */
function translated(address: ipaddr.IPv6): ipaddr.IPv4 | undefined {
  const [a, b, c, d, e, f, high = 0, low = 0] = address.parts;
  if (a !== 0x64 || b !== 0xff9b || c !== 0 || d !== 0 || e !== 0 || f !== 0) return undefined;
  return new ipaddr.IPv4([high >> 8, high & 255, low >> 8, low & 255]);
}

/** An address in its plain form: an IPv4 address in IPv6 clothes is that IPv4 address. Undefined for what is no address. */
export function parseAddress(text: string): Address | undefined {
  if (!ipaddr.isValid(text)) return undefined;
  const address = ipaddr.process(text);
  return address instanceof ipaddr.IPv6 ? (translated(address) ?? address) : address;
}

/**
 * Whether the address is one of the internet: not of this machine, a private network, a link, a provider's inside, a
 * group, a transition mechanism that can hide one of these, nor where a cloud keeps its metadata.
 */
export function isPublic(address: Address): boolean {
  if (address.range() !== 'unicast' || METADATA.has(address.toString())) return false;
  return address instanceof ipaddr.IPv4 || address.match(GLOBAL);
}

/** Addresses at which nobody answers, or everybody: never reached, whatever is allowed. */
export const isNobody = (address: Address): boolean =>
  ['unspecified', 'broadcast', 'multicast'].includes(address.range());

/** A network as `outgoing.allow` names it: `10.1.0.0/16`, `fd00::/8`, or one address. Undefined for what is none. */
export function parseNetwork(text: string): readonly [Address, number] | undefined {
  if (ipaddr.isValidCIDR(text)) return ipaddr.parseCIDR(text);
  const address = parseAddress(text);
  return address && [address, address instanceof ipaddr.IPv4 ? 32 : 128];
}

export const isInNetwork = (address: Address, [network, bits]: readonly [Address, number]): boolean =>
  address.kind() === network.kind() && address.match([network, bits] as never);

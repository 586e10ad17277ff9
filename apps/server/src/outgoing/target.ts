import { type Allowed, plainName } from './allow.ts';

const MAX_URL_CHARS = 2_048;

/** Why a URL cannot be a target, in words for whoever wrote it. */
export class BadTarget extends Error {
  override readonly name = 'BadTarget';
}

export interface Target {
  readonly url: URL;
  /** Without the brackets of an IPv6 address. */
  readonly host: string;
  readonly isLiteral: boolean;
  /** Whether `outgoing.allow` names the host, or the network of its literal address. */
  readonly isNamed: boolean;
}

/** Ports that are someone's web server: that of the scheme, and those that need no privilege. */
const isWebPort = (url: URL): boolean => url.port === '' || Number(url.port) >= 1_024;

/** Names that never mean a machine of the internet: one label, and those of RFC 6761, 6762 and of private networks. */
const INSIDE = /^[^.]*$|(^|\.)(localhost|local|internal|home\.arpa|lan|intranet|corp)$/;

/**
 * What can be said of a target before it is looked up: its form, its scheme, its port, and an address that stands for itself. URL turns
 * every way to write an IPv4 address (decimal, octal, hexadecimal, shortened) into the plain one.
 * @param plain whether http is possible anywhere (development).
 * @throws {BadTarget}
 */
export function checkTarget(text: string, allowed: Allowed, plain: boolean): Target {
  const url = text.length <= MAX_URL_CHARS ? URL.parse(text) : null;
  if (url === null) throw new BadTarget(`must be a URL of at most ${MAX_URL_CHARS} characters`);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw new BadTarget('must begin with https://');
  if (url.username !== '' || url.password !== '') throw new BadTarget('must not contain credentials');
  if (url.hash !== '') throw new BadTarget('must not have a fragment');
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const isLiteral = host.includes(':') || /^\d+\.\d+\.\d+\.\d+$/.test(host);
  const isNamed = allowed.host(host) || (isLiteral && allowed.network(host));
  if (url.protocol === 'http:' && !plain && !isNamed) throw new BadTarget('must begin with https://');
  if (!isNamed && !isWebPort(url)) throw new BadTarget('must use the port of its scheme, or one from 1024 on');
  const isInside = isLiteral ? !allowed.address(host, isNamed) : !isNamed && INSIDE.test(plainName(host));
  if (isInside) throw new BadTarget('must name a host of the internet');
  return { url, host, isLiteral, isNamed };
}

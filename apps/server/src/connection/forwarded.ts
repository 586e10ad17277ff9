import type { IncomingMessage } from 'node:http';
import { addressOf } from './client-address.ts';
import { plainAddress, type TrustedProxies } from './trusted-proxies.ts';

/** From where a request comes: what the connection says, or the trusted proxy at its other end. */
export interface Client {
  readonly address: string;
  /** A trusted proxy is at the other end: what it shows itself, such as a certificate of its own, says nothing of the client. */
  readonly isForwarded: boolean;
  /**
   * The certificate that the client showed to the proxy, then its issuers as far as the proxy sent them: DER. The proxy saw that
   * the client has the key; whom it stands for is still to be decided.
   */
  readonly certificates?: readonly Buffer[];
}

/** What a trusted proxy sent cannot be understood: by the name of the header. */
export interface Malformed {
  readonly malformed: (typeof READ)[number];
}

const READ = ['X-Forwarded-For', 'Client-Cert', 'Client-Cert-Chain'] as const;

/**
 * Of a trusted proxy, `X-Forwarded-For` and the client certificate (RFC 9440) are believed; of everybody else no header is.
 * Host and scheme that a proxy forwards are never needed here, so they are never read.
 */
export function clientOf(request: IncomingMessage, proxies: TrustedProxies): Client | Malformed {
  const address = addressOf(request.socket);
  if (!proxies.includes(address)) return { address, isForwarded: false };
  const repeated = READ.find((name) => isRepeated(request.rawHeaders, name.toLowerCase()));
  if (repeated !== undefined) return { malformed: repeated };
  const said = request.headers['x-forwarded-for'];
  const client = said === undefined ? address : forwardedAddress(String(said), proxies);
  if (client === undefined) return { malformed: 'X-Forwarded-For' };
  const certificates = forwardedCertificates(request.headers['client-cert'], request.headers['client-cert-chain']);
  if (certificates !== undefined && 'malformed' in certificates) return certificates;
  return { address: client, isForwarded: true, ...(certificates && { certificates }) };
}

/** Which of two that was added by the proxy and which by the client nobody can tell. */
function isRepeated(raw: readonly string[], name: string): boolean {
  let times = 0;
  for (let i = 0; i < raw.length; i += 2) if (raw[i]?.toLowerCase() === name) times++;
  return times > 1;
}

/**
 * Each proxy adds at the end whom it heard from. The last that is none of ours is the client; what stands before it, the client
 * may have written itself, and it is not looked at.
 */
function forwardedAddress(list: string, proxies: TrustedProxies): string | undefined {
  let last: string | undefined;
  for (const entry of list.split(',').reverse()) {
    last = plainAddress(withoutPort(entry.trim()));
    if (last === undefined || !proxies.includes(last)) return last;
  }
  return last;
}

/** Some proxies write the port too: `192.0.2.1:4711`, `[2001:db8::1]:4711`. */
const withoutPort = (entry: string): string =>
  /^\[([0-9A-Fa-f:.]+)\](?::\d{1,5})?$/.exec(entry)?.[1] ?? entry.replace(/^(\d+(?:\.\d+){3}):\d{1,5}$/, '$1');

type HeaderValue = string | string[] | undefined;

/** RFC 9440 §2.1: the certificate is a Byte Sequence, the chain a list of them without it. */
function forwardedCertificates(leaf: HeaderValue, chain: HeaderValue): readonly Buffer[] | Malformed | undefined {
  if (leaf === undefined) return chain === undefined ? undefined : { malformed: 'Client-Cert-Chain' };
  const first = byteSequence(String(leaf));
  if (first === undefined) return { malformed: 'Client-Cert' };
  if (chain === undefined) return [first];
  const issuers = String(chain)
    .split(',')
    .map((item) => byteSequence(item.trim()));
  return issuers.every((item) => item !== undefined) ? [first, ...issuers] : { malformed: 'Client-Cert-Chain' };
}

/** A Byte Sequence (RFC 8941 §3.3.5), in the one way to write it, and not empty. */
function byteSequence(item: string): Buffer | undefined {
  const base64 = /^:([A-Za-z0-9+/]+={0,2}):$/.exec(item)?.[1];
  if (base64 === undefined) return undefined;
  const bytes = Buffer.from(base64, 'base64');
  return bytes.toString('base64') === base64 ? bytes : undefined;
}

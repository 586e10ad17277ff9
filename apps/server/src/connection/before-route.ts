import type { Operation } from '@ojs/schema';
import type { FastifyRequest } from 'fastify';
import type { ConnectionLimit } from './connection-limit.ts';
import { hasUnknownExpectation } from './expect.ts';
import type { HeaderFacts } from './headers.ts';
import { type Refusal, refuse } from './refusal.ts';

/** The versions of the specification that this server speaks: any 1.x, as within a major version nothing is taken away. */
const VERSION = /^1(?:\.\d{1,6}){0,2}(?:-[0-9A-Za-z.-]{1,64})?$/;

const bad = (message: string): Refusal => refuse('invalid_request', message, { headers: { Connection: 'close' } });

/** What is wrong with a request whatever it asks for; undefined when nothing is. */
export function refuseRequest(
  request: FastifyRequest,
  facts: HeaderFacts,
  connections: ConnectionLimit,
): Refusal | undefined {
  const { raw, headers } = request;
  if (connections.isBeyond(raw.socket)) {
    return refuse('rate_limited', 'There are too many connections from this address.', {
      hint: 'Use fewer connections, and keep them open.',
      headers: { 'Retry-After': '1', Connection: 'close' },
    });
  }
  if (facts.repeated !== undefined) return bad(`${facts.repeated}: the header was sent more than once.`);
  if (headers.host === undefined && raw.httpVersion !== '1.0') return bad('host: the header is missing.');
  if (headers.upgrade !== undefined) return bad('upgrade: this server speaks HTTP/1.1 only.');
  if (hasUnknownExpectation(raw)) {
    return refuse('invalid_request', 'expect: only 100-continue is supported.', {
      status: 417,
      headers: { Connection: 'close' },
    });
  }
  const version = headers['ojs-version'];
  if (version !== undefined && !VERSION.test(String(version))) {
    return refuse('unsupported', 'OJS-Version: this server speaks version 1.0.', {
      hint: 'Send OJS-Version: 1.0, or leave it out.',
      details: { field: 'OJS-Version', supported: ['1.0'] },
    });
  }
  return undefined;
}

interface KnownPath {
  readonly pattern: RegExp;
  readonly methods: readonly string[];
}

/** Which methods each path of the API has, to tell a wrong method (405) from an unknown path (404). */
export function knownPaths(operations: readonly Operation[]): readonly KnownPath[] {
  const methods = new Map<string, string[]>();
  for (const { path, method } of operations) methods.set(path, [...(methods.get(path) ?? []), method]);
  return [...methods].map(([path, allowed]) => ({
    pattern: new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`),
    methods: allowed,
  }));
}

export function refuseUnrouted(request: FastifyRequest, paths: readonly KnownPath[]): Refusal {
  const path = request.url.split('?', 1)[0] ?? '';
  const allowed = paths.filter(({ pattern }) => pattern.test(path)).flatMap(({ methods }) => methods);
  if (allowed.length === 0) {
    return refuse('not_found', 'There is nothing at this path.', {
      hint: 'See GET /ojs/manifest for what this server can do.',
    });
  }
  const allow = allowed.join(', ');
  return refuse('method_not_allowed', `This path can be asked with ${allow} only.`, {
    hint: `Use ${allow}.`,
    headers: { Allow: allow },
  });
}

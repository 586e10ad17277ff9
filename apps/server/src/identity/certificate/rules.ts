import type { Subject } from '../../access/decide.ts';
import { digestOf } from '../digest-of.ts';
import type { ClientCertificate, Identified } from '../identity.ts';
import type { Certificates, RuleSettings } from './settings.ts';

/** How {@link Subject.vouchedBy} names an authority: issuers of tokens can have the same id. */
export const voucherOf = (authority: string): string => `certificate:${authority}`;

/** One segment of a path: what SPIFFE allows (SPIFFE ID §2.2), so no percent-encoding, and neither `.` nor `..`. */
const SEGMENT = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,128}$/;

/** `spiffe://example.org/worker/` of `spiffe://example.org/worker/*`; undefined where the rule is for one name. */
export const prefixOf = ({ san, match }: Pick<RuleSettings, 'san' | 'match'>): string | undefined =>
  san === 'uri' && match.endsWith('/*') ? match.slice(0, -1) : undefined;

/** The name as it is compared: case matters in all but DNS names (RFC 5280 §7.2). */
export const comparable = (san: RuleSettings['san'], name: string): string =>
  san === 'dns' ? name.toLowerCase() : name;

/** Whom a name stands for by the rule; undefined where the rule is not about it. */
export function principalOf(rule: RuleSettings, name: string): string | undefined {
  const prefix = prefixOf(rule);
  if (prefix === undefined) {
    return comparable(rule.san, rule.match) === comparable(rule.san, name) ? rule.principal : undefined;
  }
  if (!name.startsWith(prefix)) return undefined;
  const segment = name.slice(prefix.length);
  return SEGMENT.test(segment) ? rule.principal.replace('*', segment) : undefined;
}

/** A rule, and for which tenants its authority may speak: another text when any of it is another. */
const groundsOf = (rule: RuleSettings, tenant: string): string => digestOf([rule, tenant]);

const known = new WeakMap<Certificates, ReadonlySet<string>>();

/** Whether a rule still says what it said when it was the grounds of something. */
export function isStillRule(section: Certificates, grounds: string): boolean {
  let all = known.get(section);
  if (all === undefined) {
    const tenants = new Map(section.authorities.map(({ id, tenant }) => [id, tenant]));
    all = new Set(section.rules.map((rule) => groundsOf(rule, tenants.get(rule.authority) ?? '')));
    known.set(section, all);
  }
  return all.has(grounds);
}

/**
 * Whom a certificate stands for: by its subject alternative names and exactly one rule of the authority that issued it. The
 * common name says nothing. A certificate with two names that mean something is refused: each of two readers could take another.
 *
 * @returns undefined where no rule is about it: it can then bind a token, and nothing else.
 */
export function identityOf(certificate: ClientCertificate, rules: readonly RuleSettings[]): Identified | undefined {
  const ours = rules.filter(({ authority }) => authority === certificate.authority);
  const found = new Map<string, readonly [rule: RuleSettings, principal: string]>();
  for (const rule of ours) {
    for (const name of certificate.names[rule.san]) {
      const principal = principalOf(rule, name);
      if (principal !== undefined) found.set(`${rule.san} ${name}`, [rule, principal]);
    }
  }
  const [only, ...more] = found.values();
  if (only === undefined) return undefined;
  const [rule, id] = only;
  const credential = `cert …${certificate.serial.slice(-8)}`;
  if (more.length > 0) return { refused: 'ambiguous_certificate', credential };
  // X.509-SVID §2: exactly one URI, or it is not one.
  const isSpiffe = rule.san === 'uri' && rule.match.startsWith('spiffe://');
  if (isSpiffe && certificate.names.uri.length !== 1) return { refused: 'not_an_svid', credential };
  const tenant = rule.tenant ?? certificate.tenant;
  // The file was checked for it; what the authority may not speak for stays refused whatever the file says.
  if (certificate.tenant !== '*' && certificate.tenant !== tenant) return { refused: 'foreign_tenant', credential };
  return { principal: subjectOf(rule, id, tenant, certificate) };
}

function subjectOf(rule: RuleSettings, id: string, tenant: string, certificate: ClientCertificate): Subject {
  const { serial, notAfter } = certificate;
  return Object.freeze({
    id,
    tenant,
    plane: rule.plane,
    roles: rule.roles,
    grants: [],
    ...(rule.queues && { queues: rule.queues }),
    credential: { kind: 'certificate', id: `${rule.authority}:${serial}` },
    vouchedBy: voucherOf(rule.authority),
    grounds: groundsOf(rule, certificate.tenant),
    mfa: false,
    expiresAt: notAfter,
  });
}

import { readFileSync } from 'node:fs';
import { codeOf } from '../../config/secrets.ts';
import { readAuthorities } from './authority.ts';
import { Malformed } from './der.ts';
import { comparable, prefixOf, principalOf } from './rules.ts';
import type { AuthoritySettings, Certificates, RuleSettings } from './settings.ts';

/** What a schema cannot say of the section, each as `place: what to do`. Reads the CA files. */
export function certificateMistakes(section: Certificates): readonly string[] {
  const { authorities, rules } = section;
  return [
    ...repeatedIds(authorities),
    ...caMistakes(authorities),
    ...rules.flatMap((rule, at) => ruleMistakes(rule, authorities).map((said) => `certificates.rules.${at}.${said}`)),
    ...overlaps(rules),
  ];
}

function repeatedIds(authorities: readonly AuthoritySettings[]): string[] {
  return authorities
    .filter(({ id }, at) => authorities.findIndex((other) => other.id === id) < at)
    .map(({ id }) => `certificates.authorities: ${id} is there twice: give each an id of its own`);
}

/** One CA in two files: whose certificates it issues could not be said. */
function caMistakes(authorities: readonly AuthoritySettings[]): string[] {
  const owner = new Map<string, string>();
  const mistakes: string[] = [];
  for (const [at, { id, caFile }] of authorities.entries()) {
    const place = `certificates.authorities.${at}.caFile`;
    try {
      for (const { key } of readAuthorities(readFileSync(caFile, 'latin1'))) {
        const other = owner.get(key);
        owner.set(key, id);
        if (other !== undefined && other !== id) {
          mistakes.push(`${place}: holds a CA of ${other} too: a CA issues for one authority only`);
        }
      }
    } catch (error) {
      const why =
        error instanceof Malformed ? error.message : `cannot be read (${codeOf(error)}): check path and rights`;
      mistakes.push(`${place}: ${why}`);
    }
  }
  return mistakes;
}

function ruleMistakes(rule: RuleSettings, authorities: readonly AuthoritySettings[]): string[] {
  const authority = authorities.find(({ id }) => id === rule.authority);
  const wildcard = prefixOf(rule) !== undefined;
  const fixed = wildcard ? rule.match.slice(0, -1) : rule.match;
  const tests: [broken: boolean, said: string][] = [
    [authority === undefined, `authority: there is no authority ${rule.authority}`],
    [
      authority !== undefined && authority.tenant !== '*' && (rule.tenant ?? authority.tenant) !== authority.tenant,
      `tenant: the authority ${rule.authority} may only speak for ${authority?.tenant}`,
    ],
    [
      authority?.tenant === '*' && rule.tenant === undefined,
      `tenant: is required, since the authority ${rule.authority} may speak for every tenant`,
    ],
    [!/^[\x21-\x7e]+$/.test(rule.match), 'match: must be visible ASCII characters'],
    [
      fixed.includes('*'),
      'match: a * is possible only as the last segment of a uri, as in spiffe://example.org/worker/*',
    ],
    [rule.principal.includes('*') && !wildcard, 'principal: has a * though match has none'],
    [
      rule.san === 'uri' && !/^[a-z][a-z0-9+.-]*:/.test(rule.match),
      'match: must be a URI, such as spiffe://example.org/worker/w1',
    ],
    [
      rule.match.startsWith('spiffe://') &&
        !/^spiffe:\/\/[a-z0-9._-]{1,255}(\/[A-Za-z0-9._-]+)*(\/\*)?$/.test(rule.match),
      'match: is not a SPIFFE ID: lower case trust domain, segments of letters, digits, ".", "_" and "-"',
    ],
  ];
  return tests.filter(([broken]) => broken).map(([, said]) => said);
}

/** Two rules that can be about the same name. */
function overlaps(rules: readonly RuleSettings[]): string[] {
  const seen = new Map<string, number>();
  const key = ({ authority, san, match }: RuleSettings): string => `${authority} ${san} ${comparable(san, match)}`;
  const mistakes: string[] = [];
  for (const [at, rule] of rules.entries()) {
    const same = seen.get(key(rule));
    if (same !== undefined) mistakes.push(`certificates.rules.${at}.match: rule ${same} is about the same names`);
    else seen.set(key(rule), at);
  }
  for (const [at, rule] of rules.entries()) {
    if (rule.san !== 'uri' || prefixOf(rule) !== undefined) continue;
    const wide = { ...rule, match: `${rule.match.slice(0, rule.match.lastIndexOf('/'))}/*` };
    const other = seen.get(key(wide));
    const covers = other !== undefined && principalOf(wide, rule.match) !== undefined;
    if (covers) mistakes.push(`certificates.rules.${at}.match: rule ${other} is about this name too`);
  }
  return mistakes;
}

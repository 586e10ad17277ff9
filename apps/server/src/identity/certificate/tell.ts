import type { AccessLog } from '../../access/log.ts';
import type { AuditLog } from '../../audit/audit.ts';
import { serverEvent } from '../../audit/server-event.ts';
import type { Authority } from './authority.ts';
import type { AuthorityListener } from './authority-files.ts';

const FILE = { ca: 'CA file', crl: 'revocation list' } as const;
const EVENT = { ca: 'tls.client_ca', crl: 'crl' } as const;

/** What happens to the files of authorities, in the log and the audit log. */
export function tellOfAuthorities(log: AccessLog, audit: AuditLog): AuthorityListener {
  return {
    rejected(kind, { id: authority, crl, tenant }, reason) {
      const until = kind === 'crl' && crl === 'required' ? ' until it ends; then its certificates are refused' : '';
      log.error(
        { authority, reason },
        `the ${FILE[kind]} of an authority of clients cannot be used: the old one stays${until}`,
      );
      audit.record(serverEvent(`${EVENT[kind]}.rejected`, 'failure', { authority, reason }, tenant));
    },
    reloaded(kind, authority) {
      const { id, tenant } = authority;
      log.info({ authority: id }, `the ${FILE[kind]} of an authority of clients is in force`);
      audit.record(serverEvent(`${EVENT[kind]}.reloaded`, 'success', { authority: id, ...listsOf(authority) }, tenant));
    },
    expired({ id: authority, crl, tenant }) {
      const then = crl === 'required' ? 'its certificates are refused' : 'it still counts, but is no longer complete';
      log.error({ authority }, `the revocation list of an authority of clients has passed its nextUpdate: ${then}`);
      audit.record(serverEvent('crl.expired', 'failure', { authority }, tenant));
    },
  };
}

function listsOf({ lists }: Authority): { lists?: number; revoked?: number; next_update?: string } {
  const all = [...lists.values()];
  if (all.length === 0) return {};
  const first = Math.min(...all.map(({ nextUpdate }) => nextUpdate));
  const revoked = all.reduce((sum, list) => sum + list.revoked.size, 0);
  return { lists: all.length, revoked, next_update: new Date(first).toISOString() };
}

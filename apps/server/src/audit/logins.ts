import type { Principal } from '@ojs/schema';
import type { AuditLog } from './audit.ts';

/** How long a credential from one address counts as the same login. */
const INTERVAL_MS = 15 * 60_000;
const MOST = 20_000;

/** A credential that was refused, in the words of the identity. */
export interface RefusedLogin {
  readonly refused: string;
  readonly credential?: string;
  readonly claimed?: Principal;
}

/** Records logins: each failure, and a success once per credential, address and interval, since every request is one. */
export class Logins {
  readonly #audit: AuditLog;
  readonly #now: () => number;
  readonly #until = new Map<string, number>();

  /** @param now milliseconds since the epoch. */
  constructor(audit: AuditLog, now: () => number = Date.now) {
    this.#audit = audit;
    this.#now = now;
  }

  /** Cheap when it is not the first: called with every request. */
  success(principal: Principal, sourceIp: string, correlationId: string): void {
    const { kind, id } = principal.credential;
    const login = `${id} ${sourceIp}`;
    const now = this.#now();
    if (now < (this.#until.get(login) ?? 0)) return;
    this.#until.delete(login);
    this.#until.set(login, now + INTERVAL_MS);
    if (this.#until.size > MOST) this.#forgetOldest();
    this.#audit.record({
      event_type: 'auth.login.success',
      principal: principal.id,
      source_ip: sourceIp,
      correlation_id: correlationId,
      tenant: principal.tenant,
      outcome: 'success',
      detail: { mechanism: kind, credential: `…${id.slice(-4)}`, plane: principal.plane, roles: principal.roles },
    });
  }

  /** @param endpoint the matched route, such as `POST /ojs/v1/jobs`. */
  failure(login: RefusedLogin, sourceIp: string, correlationId: string, endpoint: string): void {
    const { refused, credential, claimed } = login;
    this.#audit.record({
      event_type: 'auth.login.failure',
      principal: 'unknown',
      source_ip: sourceIp,
      correlation_id: correlationId,
      tenant: claimed?.tenant ?? 'unknown',
      outcome: 'failure',
      detail: { reason: refused, credential, claimed: claimed?.id, endpoint },
    });
  }

  #forgetOldest(): void {
    const [oldest] = this.#until.keys();
    if (oldest !== undefined) this.#until.delete(oldest);
  }
}

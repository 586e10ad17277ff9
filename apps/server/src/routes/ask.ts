import type { Operation, Permission } from '@ojs/schema';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type About, decide, decideAnywhere, decideEverywhere, type Subject } from '../access/decide.ts';
import type { Detail } from '../audit/audit.ts';
import type { RefusedLogin } from '../audit/logins.ts';
import { addressOf } from '../connection/client-address.ts';
import { readJson } from '../connection/json.ts';
import type { Caller } from '../engine/engine.ts';
import type { Admitted } from '../identity/admit.ts';
import type { Proof } from '../identity/identity.ts';
import { readForm } from '../identity/tokens/form.ts';
import { scopeOf } from './scope.ts';
import type { Services } from './services.ts';

/** A request on its way through the pipeline: who asks, about which tenant, and what comes with it. */
export class Ask {
  readonly services: Services;
  readonly operation: Operation;
  readonly request: FastifyRequest;
  readonly startedAt: number = Date.now();
  /** Set by the identify stage; absent only where the operation is public. */
  admitted: Admitted | undefined;
  /** The queue that the job of the request is in, where the target is a job. */
  queue = '';
  /** What comes with a token that is bound to a key: one object, however often the request is identified. */
  readonly proof: Proof | undefined;
  readonly #reply: FastifyReply;
  #body: unknown;
  #gone: AbortController | undefined;
  /** How many failures the audit log has heard of: one refusal is one record, whoever answers it. */
  #failures = 0;

  constructor(services: Services, operation: Operation, request: FastifyRequest, reply: FastifyReply) {
    this.services = services;
    this.operation = operation;
    this.request = request;
    this.#reply = reply;
    this.proof = proofOf(request);
  }

  get who(): Admitted {
    if (this.admitted === undefined) throw new Error(`${this.operation.id} asked for a principal before identify`);
    return this.admitted;
  }

  get principal(): Subject {
    return this.who.principal;
  }

  get tenant(): string {
    return this.who.tenant;
  }

  /** On whose behalf the engine changes something. */
  get caller(): Caller {
    const { principal, epoch } = this.who;
    const policy = this.services.access.policy();
    return {
      principal: principal.id,
      epoch,
      may: (permission, queue, about) => decide(policy, principal, permission, queue, about),
      get scope() {
        return scopeOf(principal);
      },
    };
  }

  /** From where it comes, as the connection says, or a trusted proxy. */
  get sourceIp(): string {
    return this.request.client?.address ?? addressOf(this.request.raw.socket);
  }

  get bodyBytes(): number {
    return Buffer.isBuffer(this.request.body) ? this.request.body.length : 0;
  }

  /** The body as JSON, parsed once. @throws {Refusal} */
  body(): unknown {
    if (this.#body === undefined) {
      const bytes = Buffer.isBuffer(this.request.body) ? this.request.body : Buffer.alloc(0);
      this.#body = readJson(bytes, this.services.limits.depth);
    }
    return this.#body;
  }

  /** The body as a form, where the operation has one. @throws {OAuthError} */
  form(): ReadonlyMap<string, string> {
    return readForm(Buffer.isBuffer(this.request.body) ? this.request.body : Buffer.alloc(0));
  }

  may(permission: Permission, queue: string, about?: About): boolean {
    return decide(this.services.access.policy(), this.principal, permission, queue, about);
  }

  mayAnywhere(permission: Permission, about?: About): boolean {
    return decideAnywhere(this.services.access.policy(), this.principal, permission, about);
  }

  /** For what concerns a tenant as a whole: held on every queue of it. */
  mayEverywhere(permission: Permission): boolean {
    return decideEverywhere(this.services.access.policy(), this.principal, permission);
  }

  /** For what concerns all tenants: held on every queue, by a credential that spans them. */
  mayInSystem(permission: Permission): boolean {
    const { tenant } = this.principal;
    return tenant === '*' && decideEverywhere(this.services.access.policy(), this.principal, permission);
  }

  /** Fires when the client has gone or the server stops: nobody needs to wait any longer. */
  get gone(): AbortSignal {
    if (this.#gone === undefined) {
      const gone = new AbortController();
      const { stopping } = this.services;
      const { raw } = this.#reply;
      const abort = (): void => {
        gone.abort();
        stopping.removeEventListener('abort', abort);
      };
      raw.once('close', abort);
      stopping.addEventListener('abort', abort);
      if (stopping.aborted || raw.destroyed) abort();
      this.#gone = gone;
    }
    return this.#gone.signal;
  }

  /** Whether the client closed the connection before it was answered. */
  get abandoned(): boolean {
    return this.#reply.raw.destroyed;
  }

  get failures(): number {
    return this.#failures;
  }

  /** Tells the audit log that a credential was not accepted. */
  recordRefused(why: RefusedLogin): void {
    this.#failures++;
    const { method, path } = this.operation;
    this.services.logins.failure(why, this.sourceIp, this.request.id, `${method} ${path}`);
  }

  /** Tells the audit log. */
  record(event_type: string, outcome: 'success' | 'failure', detail: Readonly<Record<string, Detail>>): void {
    if (outcome === 'failure') this.#failures++;
    this.services.audit.record({
      event_type,
      principal: this.admitted?.principal.id ?? 'unknown',
      source_ip: this.sourceIp,
      correlation_id: this.request.id,
      tenant: this.admitted?.tenant ?? 'unknown',
      outcome,
      detail,
    });
  }
}

function proofOf({ headers: { dpop }, method, url }: FastifyRequest): Proof | undefined {
  return typeof dpop === 'string' ? { header: dpop, method, path: url.split('?', 1)[0] ?? '' } : undefined;
}

import { operations } from '@ojs/schema';
import { type Refusal, refuse } from '../connection/refusal.ts';
import { isBoundAs } from '../identity/binding/possession.ts';
import type { Binding } from '../identity/identity.ts';
import type { Ask } from './ask.ts';
import { fromIdentity } from './from-identity.ts';
import { invalid } from './issues.ts';
import { permitQueues } from './permit.ts';
import { provenKey } from './proven-key.ts';
import { type Route, route } from './route.ts';

function refused(ask: Ask, worker_id: string, reason: 'taken' | 'crowded' | 'unbound'): Refusal {
  ask.record('worker.registration.refused', 'failure', { worker_id, reason });
  if (reason === 'unbound') {
    return refuse('permission_denied', 'The tokens of workers have to be bound to a key.', {
      hint: 'Register with the header DPoP, or over a connection whose client certificate stands for the same principal.',
    });
  }
  if (reason === 'taken') {
    return refuse('permission_denied', 'worker_id: is registered with another credential.', {
      hint: 'Make a new worker_id for each process, such as a UUID.',
      details: { field: 'worker_id' },
    });
  }
  return refuse('rate_limited', 'worker_id: the credential has too many workers.', {
    hint: 'Use the same worker_id for as long as the process lives; it is forgotten when its token has ended.',
    details: { field: 'worker_id', rule: 'max' },
    headers: { 'Retry-After': '60' },
  });
}

/** The key that a proof of this request was made with (RFC 9449 §5), or the certificate that confirms who registers. */
async function bindingOf(ask: Ask): Promise<Binding | undefined> {
  const { proof, who } = ask;
  if (proof === undefined) return who.binding;
  const proven = await provenKey(ask, proof);
  if (proven !== undefined) return proven;
  throw invalid('DPoP', 'proof', 'is not a proof for this request');
}

/** Whether the token will be accepted where the plane requires a binding. */
function isBoundEnough({ services: { identity }, who }: Ask, binding: Binding | undefined): boolean {
  return isBoundAs(identity.believed().binding.worker, binding, who.binding?.kind === 'certificate');
}

export const registrationRoutes: readonly Route[] = [
  route(operations.registerWorker, {
    target: 'self',
    async handle(ask, { body }) {
      const { identity, limits, workerTokenMs: lifetimeMs } = ask.services;
      const { principal } = ask.who;
      const { worker_id, queues, labels, hostname, pid } = body;
      // A token that could fetch nothing is a mistake that is better told now.
      if (queues !== undefined) permitQueues(ask, queues, 'dequeue');
      const binding = await bindingOf(ask);
      if (!isBoundEnough(ask, binding)) throw refused(ask, worker_id, 'unbound');
      const { tenant, id, vouchedBy, credential } = principal;
      // A certificate that was renewed is another credential of the same principal; that of another principal is none.
      const holder = vouchedBy === undefined ? credential.id : `${vouchedBy} ${id}`;
      const claim = { tenant, workerId: worker_id, holder, lifetimeMs };
      const outcome = await fromIdentity(identity.registration.claim({ ...claim, most: limits.workers }));
      if (outcome !== 'claimed') throw refused(ask, worker_id, outcome);
      const narrowed = queues && { within: [{ permissions: ['dequeue' as const, 'inspect' as const], queues }] };
      const issued = await fromIdentity(
        identity.tokens.issue({ of: principal, worker: worker_id, narrowed, binding, lifetimeMs }),
      );
      ask.record('worker.registered', 'success', {
        worker_id,
        queues,
        labels,
        hostname,
        pid,
        seconds: issued.expiresIn,
        id: `…${issued.jti.slice(-4)}`,
      });
      return {
        body: {
          ok: true,
          worker_id,
          access_token: issued.token,
          token_type: binding?.kind === 'dpop' ? 'DPoP' : 'Bearer',
          expires_in: issued.expiresIn,
          server_time: new Date().toISOString(),
          visibility_timeout_default: limits.leaseMs / 1_000,
        },
      };
    },
  }),
];

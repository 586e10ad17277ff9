import { CreateCredentialRequest, type CredentialsQuery, operations, parseMoment } from '@ojs/schema';
import type { z } from 'zod';
import { Refusal, refuse } from '../connection/refusal.ts';
import type { CredentialRecord } from '../identity/credential-record.ts';
import type { Actor } from '../identity/manage/change.ts';
import { CredentialRefusal, Unfinished } from '../identity/manage/refusal.ts';
import { shownCredential, stateOf, toldOf } from '../identity/manage/shown.ts';
import type { Ask } from './ask.ts';
import { identifyAsk } from './identify.ts';
import { invalid, parse } from './issues.ts';
import { cursorAfter, nameOfCursor, PAGE_LIMIT, paginationOf } from './pagination.ts';
import { denied, permitEverywhere } from './permit.ts';
import { notFound, unavailable } from './refusals.ts';
import { type Route, route } from './route.ts';

/** The caller as it was identified, for what only reads. @throws {Refusal} when it administers nothing */
function readerOf(ask: Ask): Actor {
  permitEverywhere(ask, 'admin');
  return { name: ask.principal.id, identify: async () => ask.principal };
}

/** The caller, identified anew whenever what it changes was read anew. @throws {Refusal} when it administers nothing */
const actorOf = (ask: Ask): Actor => ({
  ...readerOf(ask),
  async identify() {
    await ask.services.identity.refresh();
    await identifyAsk(ask);
    return ask.principal;
  },
});

const shown = (ask: Ask, record: CredentialRecord) => shownCredential(ask.services.access.policy(), record, Date.now());

const momentOf = (text: string | null | undefined): number | null | undefined =>
  typeof text === 'string' ? parseMoment(text, Date.now()) : text;

/** What the rules refuse, as an answer. */
function refusalOf(ask: Ask, error: CredentialRefusal, id: string): Error {
  const { kind, rule, field, message } = error;
  if (error instanceof Unfinished) return unavailable();
  if (kind === 'unknown') return notFound('credential', id);
  if (kind === 'invalid') return invalid(field ?? 'body', rule, message, { status: 422 });
  if (kind === 'conflict') return refuse('conflict', `${message}.`, { details: { rule } });
  // That the caller administers nothing is told like every other missing permission.
  if (rule === 'admin') return denied(ask, 'admin', { scope: 'tenant' });
  ask.record('permission.denied', 'failure', { operation: ask.operation.id, rule });
  return refuse('permission_denied', field === undefined ? `${message}.` : `${field}: ${message}.`, {
    hint: 'A credential can give no more than it has: ask for less, or use one that has more.',
    details: { rule, ...(field !== undefined && { field }) },
  });
}

/**
 * What the record of a change that was not made says; undefined where another record tells of it. Where Redis fell silent the change may have
 * been made, so that is told too.
 */
function ruleOf(error: unknown): string | undefined {
  if (error instanceof CredentialRefusal) return error.kind === 'conflict' ? error.rule : undefined;
  return error instanceof Refusal ? undefined : 'unanswered';
}

/** @throws {Refusal} */
async function orRefuse<T>(ask: Ask, id: string, work: Promise<T>, event?: string): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const rule = ruleOf(error);
    if (event !== undefined && rule !== undefined) {
      ask.record(event, 'failure', { ...(id !== '' && { credential: `…${id.slice(-4)}` }), rule });
    }
    throw error instanceof CredentialRefusal ? refusalOf(ask, error, id) : error;
  }
}

function told(
  ask: Ask,
  event: string,
  record: CredentialRecord,
  more: Readonly<Record<string, string | undefined>> = {},
): void {
  const { tenant } = record;
  ask.record(event, 'success', { ...toldOf(ask.services.access.policy(), record), tenant, ...more });
}

const matches =
  (query: z.output<typeof CredentialsQuery>, now: number) =>
  (record: CredentialRecord): boolean =>
    (['kind', 'plane', 'principal', 'tenant'] as const).every(
      (name) => query[name] === undefined || query[name] === record[name],
    ) &&
    (query.state === undefined || query.state === stateOf(record, now));

/** @throws {Refusal} when the request brings a secret of its own: nobody knows how hard that is to guess */
function withoutSecret(body: unknown): unknown {
  const brought = ['key', 'secret'].find((name) => typeof body === 'object' && body !== null && name in body);
  if (brought === undefined) return body;
  throw invalid(brought, 'generated', 'the server makes it, of 256 random bits: leave it out', { status: 422 });
}

/** Requests that were sent at the same moment arrive one after the other: so long a rotation waits for those that saw what it saw. */
const SETTLE_MS = 200;

/** Their place in the list: the oldest first. */
const placeOf = ({ createdAt, id }: CredentialRecord): string => `${String(createdAt).padStart(16, '0')} ${id}`;

export const credentialRoutes: readonly Route[] = [
  route(operations.listCredentials, {
    target: 'visible',
    async handle(ask, { query }) {
      const { limit = PAGE_LIMIT, offset = 0, cursor } = query;
      const after = cursor === undefined ? '' : nameOfCursor(cursor);
      if (after === undefined) throw invalid('cursor', 'format', 'is not one that this server gave');
      const { records } = await orRefuse(ask, '', ask.services.credentials.list(readerOf(ask)));
      const all = records.filter(matches(query, Date.now()));
      const places = all.map((each) => ({ each, place: placeOf(each) })).sort((a, b) => (a.place < b.place ? -1 : 1));
      const rest = places.filter(({ place }) => place > after).slice(offset);
      const page = rest.slice(0, limit);
      const last = rest.length > limit ? page.at(-1)?.place : undefined;
      return {
        body: {
          credentials: page.map(({ each }) => shown(ask, each)),
          pagination: paginationOf(query, all.length, last === undefined ? undefined : cursorAfter(last)),
        },
      };
    },
  }),

  route(operations.getCredential, {
    target: 'visible',
    async handle(ask, { params: { id } }) {
      const record = await orRefuse(ask, id, ask.services.credentials.get(readerOf(ask), id));
      return { body: { credential: shown(ask, record) } };
    },
  }),

  route(operations.createCredential, {
    target: 'visible',
    validatesBody: true,
    async handle(ask) {
      const body = parse(CreateCredentialRequest, withoutSecret(ask.body()));
      const { kind = 'api_key', tenant = ask.tenant, queues = ['*'], not_before, expires_at, ...same } = body;
      const [notBefore, expiresAt] = [momentOf(not_before), momentOf(expires_at)];
      const draft = {
        ...same,
        kind,
        tenant,
        queues,
        ...(typeof notBefore === 'number' && { notBefore }),
        ...(typeof expiresAt === 'number' && { expiresAt }),
      };
      const { record, key } = await orRefuse(
        ask,
        '',
        ask.services.credentials.create(actorOf(ask), draft),
        'credential.created',
      );
      told(ask, 'credential.created', record);
      return {
        body: { credential: shown(ask, record), key },
        location: `/ojs/v1/admin/credentials/${record.id}`,
      };
    },
  }),

  route(operations.updateCredential, {
    target: 'visible',
    async handle(ask, { params: { id }, body: { roles, queues, expires_at, label } }) {
      const edit = { roles, queues, expiresAt: momentOf(expires_at), label };
      const work = ask.services.credentials.update(actorOf(ask), id, edit);
      const record = await orRefuse(ask, id, work, 'credential.updated');
      told(ask, 'credential.updated', record, { expires_at: expires_at ?? undefined });
      return { body: { credential: shown(ask, record) } };
    },
  }),

  route(operations.rotateCredential, {
    target: 'visible',
    async handle(ask, { params: { id }, body: { grace_seconds, expires_at, generation } }) {
      const work = ask.services.credentials.rotate(actorOf(ask), id, {
        graceMs: grace_seconds === undefined ? undefined : grace_seconds * 1_000,
        expiresAt: momentOf(expires_at),
        generation,
        since: ask.startedAt,
        settleMs: SETTLE_MS,
      });
      const { record, key } = await orRefuse(ask, id, work, 'credential.rotated');
      const credential = shown(ask, record);
      told(ask, 'credential.rotated', record, { previous_ends_at: credential.previous_ends_at });
      return { body: { credential, key } };
    },
  }),

  route(operations.revokeCredential, {
    target: 'visible',
    async handle(ask, { params: { id }, body: { reason } }) {
      const work = ask.services.credentials.revoke(actorOf(ask), id, reason);
      const record = await orRefuse(ask, id, work, 'credential.revoked');
      told(ask, 'credential.revoked', record, { reason: record.revokedReason });
      return { body: { credential: shown(ask, record) } };
    },
  }),
];

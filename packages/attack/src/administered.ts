import { strictEqual } from 'node:assert/strict';
import type { Target } from './target.ts';
import type { WireAnswer } from './wire.ts';

const PATH = '/ojs/v1/admin/credentials';

/** A credential that was made for an attack. */
export interface Made {
  readonly id: string;
  readonly key: string;
}

export const PRODUCER = { plane: 'producer', roles: ['producer'], principal: 'attack-producer' } as const;

/** Asks the server about credentials. @param path below the collection, such as `/ID/rotate` */
export const administer = (
  target: Target,
  path: string,
  { key = target.keys.admin, body, method }: { key?: string | undefined; body?: object; method?: string } = {},
): Promise<WireAnswer> =>
  target.wire.send({ path: `${PATH}${path}`, key, ...(body && { body }), ...(method && { method }) });

export async function make(target: Target, body: object = PRODUCER): Promise<Made> {
  const answer = await administer(target, '', { body });
  strictEqual(answer.status, 201, `a credential could not be made: ${answer.text.slice(0, 200)}`);
  return { id: answer.body.credential.id, key: answer.body.key };
}

/** Gives it a new secret. @returns the new key */
export async function rotate(target: Target, { id }: Made, body: object = {}): Promise<string> {
  const answer = await administer(target, `/${id}/rotate`, { body });
  strictEqual(answer.status, 200, `a credential could not be rotated: ${answer.text.slice(0, 200)}`);
  return answer.body.key;
}

export const revoke = (target: Target, { id }: Made): Promise<WireAnswer> =>
  administer(target, `/${id}/revoke`, { body: { reason: 'superseded' } });

/** The status of a request with the key, at this or another server. */
export const statusWith = async ({ wire }: Target, key: string, url?: string): Promise<number> =>
  (await wire.send({ path: '/ojs/v1/queues', key, ...(url !== undefined && { url }) })).status;

import { request } from 'node:https';
import { createKey, type KeyRequest } from '../create-key.ts';
import { type Role, roles } from './state.ts';

/** A job that cannot exist: asking for it shows whether a key is known without touching anything. */
const probePath = '/ojs/v1/jobs/00000000-0000-7000-8000-000000000000';

const requests: Record<Role, KeyRequest> = {
  producer: { plane: 'producer', role: 'producer', principal: 'dev-producer' },
  worker: { plane: 'worker', role: 'worker', principal: 'dev-worker' },
  operator: { plane: 'admin', role: 'operator', principal: 'dev-operator' },
  admin: { plane: 'admin', role: 'admin', principal: 'dev-admin', allTenants: true },
};

/** Makes one key a role with the server's command line. */
export async function createCredentials(env: NodeJS.ProcessEnv): Promise<Record<Role, string>> {
  const keys = await Promise.all(roles.map((role) => createKey(env, requests[role])));
  return Object.fromEntries(roles.map((role, index) => [role, keys[index]])) as Record<Role, string>;
}

/** Whether the server knows every one of these keys: another Redis, or an emptied one, does not. */
export async function areKnown(keys: Record<Role, string>, url: string, ca: string): Promise<boolean> {
  const answers = await Promise.all(roles.map((role) => statusOf(new URL(probePath, url), keys[role], ca)));
  return !answers.includes(401);
}

function statusOf(url: URL, key: string, ca: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { ca, agent: false, headers: { authorization: `Bearer ${key}` } }, (answer) => {
      answer.resume();
      answer.once('end', () => resolve(answer.statusCode ?? 0));
    });
    asked.once('error', reject);
    asked.end();
  });
}

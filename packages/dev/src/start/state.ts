import { readFile } from 'node:fs/promises';
import { writePrivateFile } from '../certificate-files.ts';

/** The roles that the development server has a credential for. */
export const roles = ['producer', 'worker', 'operator', 'admin'] as const;
export type Role = (typeof roles)[number];

/** `.ojs/dev.json`: what a script needs to use the development server. */
export type DevState = {
  /** https://localhost:8443 */
  url: string;
  /** http://localhost:8080, for the loopback only. */
  plainUrl: string;
  /** The path of the root certificate to trust, as NODE_EXTRA_CA_CERTS and `curl --cacert` take it. */
  ca: string;
  /** One API key a role. The admin's spans all tenants. */
  keys: Record<Role, string>;
};

/** What an earlier start left; undefined when there is none or it is not readable as such. */
export async function readState(path: string): Promise<DevState | undefined> {
  try {
    const state = JSON.parse(await readFile(path, 'utf8')) as Partial<DevState>;
    return roles.every((role) => typeof state.keys?.[role] === 'string') ? (state as DevState) : undefined;
  } catch {
    return undefined;
  }
}

/** Replaces the file whole, readable by its owner only. */
export async function writeState(path: string, state: DevState): Promise<void> {
  await writePrivateFile(path, `${JSON.stringify(state, null, 2)}\n`);
}

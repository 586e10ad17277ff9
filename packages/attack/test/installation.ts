import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTestServer } from '@ojs/dev';
import { openTarget, type Target } from '../src/target.ts';
import { TargetFile } from '../src/target-file.ts';

/** A server with every mechanism, and all that is to be known of it. */
export interface Installation {
  readonly target: Target;
  stop(): Promise<void>;
}

export async function startInstallation(): Promise<Installation> {
  const directory = await mkdtemp(join(tmpdir(), 'ojs-attack-'));
  const identityFile = join(directory, 'identity.json');
  await writeFile(identityFile, JSON.stringify({}));
  const server = await startTestServer({ env: { OJS_IDENTITY_FILE: identityFile } });
  const other = await server.another();
  const ca = join(directory, 'ca.pem');
  await writeFile(ca, server.ca);
  const key = (plane: 'producer' | 'worker' | 'admin', role: string, allTenants = false): Promise<string> =>
    server.createKey({ plane, role, allTenants });
  const file = TargetFile.parse({
    url: server.url,
    plainUrl: server.plainUrl,
    others: [other.url],
    ca,
    keys: {
      producer: await key('producer', 'producer'),
      worker: await key('worker', 'worker'),
      operator: await key('admin', 'operator'),
      admin: await key('admin', 'admin', true),
    },
    auditFile: server.env.OJS_AUDIT_FILE,
  });
  const target = openTarget(file);
  return {
    target,
    async stop() {
      target.close();
      await server.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

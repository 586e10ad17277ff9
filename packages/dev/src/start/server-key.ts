import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { writePrivateFile } from '../certificate-files.ts';

/** The settings by which the server finds its server key: the person's own, or a key of this clone that is kept in `directory` (0600). */
export async function serverKeySettings(env: NodeJS.ProcessEnv, directory: string): Promise<NodeJS.ProcessEnv> {
  if (Object.keys(env).some((name) => /^OJS_SECRET_SERVER_KEY(_FILE|_REF)?$/.test(name))) return {};
  const path = join(directory, 'server-key');
  if (!existsSync(path)) await writePrivateFile(path, `${randomBytes(32).toString('base64url')}\n`);
  return { OJS_SECRET_SERVER_KEY_FILE: path };
}

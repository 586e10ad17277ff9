import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makePrivateDirectory } from './paths.ts';

/** Writes a file that only its owner can read (0600), also when it existed with other rights. */
export async function writePrivateFile(path: string, text: string): Promise<void> {
  const draft = `${path}.${process.pid}.new`;
  await rm(draft, { force: true });
  await writeFile(draft, text, { mode: 0o600, flag: 'wx' });
  await rename(draft, path);
}

/** Writes `<name>.crt` and `<name>.key` (0600) into a directory (0700) and returns their paths. */
export async function writeCertificate(
  directory: string,
  name: string,
  pem: { cert: string; key: string },
): Promise<{ certFile: string; keyFile: string }> {
  await makePrivateDirectory(directory);
  const certFile = join(directory, `${name}.crt`);
  const keyFile = join(directory, `${name}.key`);
  await writePrivateFile(keyFile, pem.key);
  await writePrivateFile(certFile, pem.cert);
  return { certFile, keyFile };
}

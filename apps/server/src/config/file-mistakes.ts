import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parsePolicy } from '../access/policy.ts';
import { judgeCertificate } from '../connection/certificate.ts';
import { parseIdentityFile } from '../identity/identity-file.ts';
import type { Mistake } from './mistakes.ts';
import { codeOf, type FoundSecret } from './secrets.ts';
import type { Settings } from './settings.ts';
import { BadFile } from './watched-file.ts';

/** Files are read here once, so that a wrong path is told with the other mistakes; who needs one reads it again. */
export function fileMistakes(settings: Settings, listens: boolean, found: ReadonlyMap<string, FoundSecret>): Mistake[] {
  const files: [name: string, path: string | undefined][] = [
    ['OJS_TLS_CERT_FILE', settings.tls.certFile],
    ['OJS_TLS_KEY_FILE', settings.tls.keyFile],
    ['OJS_REDIS_CA_FILE', settings.redis.caFile],
    ['OJS_REDIS_CERT_FILE', settings.redis.certFile],
    ['OJS_REDIS_KEY_FILE', settings.redis.keyFile],
    ['OJS_VAULT_CA_FILE', settings.vault.caFile],
    ['OJS_POLICY_FILE', settings.policyFile],
    ['OJS_IDENTITY_FILE', settings.identityFile],
    ['OJS_OUTGOING_CA_FILE', settings.outgoing.caFile],
  ];
  const read = new Map<string, Buffer>();
  const mistakes: Mistake[] = [];
  for (const [name, path] of files) {
    if (path === undefined) continue;
    try {
      read.set(name, readFileSync(path));
    } catch (error) {
      mistakes.push({ name, problem: `the file ${path} cannot be read (${codeOf(error)}): check path and rights` });
    }
  }
  if (listens && settings.auditFile !== undefined) mistakes.push(...auditMistakes(settings.auditFile));
  const { env } = settings;
  // A command that works on Redis alone needs none of the secrets.
  const secrets = { get: (name: string) => found.get(name)?.value, has: (name: string) => found.has(name) };
  const parse = {
    OJS_POLICY_FILE: parsePolicy,
    OJS_IDENTITY_FILE: (text: string) => parseIdentityFile(text, env, listens ? secrets : undefined),
  };
  for (const [name, judge] of Object.entries(parse)) {
    const text = read.get(name)?.toString('utf8');
    if (text !== undefined) mistakes.push(...mistakesOf(name, () => judge(text)));
  }
  const [cert, key] = [read.get('OJS_TLS_CERT_FILE'), read.get('OJS_TLS_KEY_FILE')];
  const judged = listens && cert && key ? judgeCertificate({ cert, key }, Date.now()) : {};
  if ('unfit' in judged) {
    const problem = `cannot be used together with OJS_TLS_KEY_FILE (${judged.unfit}): PEM files, a pair, valid now`;
    mistakes.push({ name: 'OJS_TLS_CERT_FILE', problem });
  }
  return mistakes;
}

/** A server that cannot record what happens does not start; commands find it out by themselves. */
function auditMistakes(path: string): Mistake[] {
  try {
    accessSync(existsSync(path) ? path : dirname(path), constants.W_OK);
    return [];
  } catch (error) {
    const problem = `the file ${path} cannot be written (${codeOf(error)}): check path and rights`;
    return [{ name: 'OJS_AUDIT_FILE', problem }];
  }
}

function mistakesOf(name: string, parse: () => unknown): Mistake[] {
  try {
    parse();
    return [];
  } catch (error) {
    if (!(error instanceof BadFile)) throw error;
    return error.mistakes.map((problem) => ({ name, problem }));
  }
}

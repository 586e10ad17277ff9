import { looksSecret } from '../config/looks-secret.ts';

export const USAGE = `ojs-server: a job server for Open Job Spec

  ojs-server start           start the server
  ojs-server config check    show the configuration, or every mistake in it
  ojs-server keys create --plane producer|worker|admin --role ROLE --principal NAME
                         [--tenant T | --all-tenants] [--queues a,b.*] [--json]
                         [--kind client|registration]  a secret for the token endpoint, or for workers that register
  ojs-server keys list       list what was made
  ojs-server keys rotate ID  give it a new secret; the one before is accepted for a while
  ojs-server keys revoke ID  end it, and what was issued for it
  ojs-server mfa enroll --principal NAME [--tenant T | --all-tenants]
                             give an admin a second factor; then mfa confirm, status, reset
  ojs-server server-key generate | reseal
                             print a new server key | seal what is stored under the one in force
  ojs-server clients create  make a client of the token endpoint that has a key or certificate of its own
  ojs-server signing-keys list | rotate
                             the keys that sign the tokens of this server
  ojs-server tokens revoke JTI
                             end a token before its time
  ojs-server doctor          check all data in Redis for consistency

Settings come from OJS_* variables and the JSON file OJS_CONFIG, secrets from OJS_SECRET_NAME,
OJS_SECRET_NAME_FILE or OJS_SECRET_NAME_REF. Nothing secret is accepted on the command line, where every user of the machine can read it.`;

/** Options by which people hand over secrets. */
const SECRET = /^--?[a-z-]*(key|pass|passwd|password|secret|token|credential)s?(=|$)/i;

/** An argument that looks like a secret; the name only, never its value. */
export function secretArgument(argv: readonly string[]): string | undefined {
  const isKey = (argument: string): boolean => /ojs_(prod|work|oper|admin|client|reg)_/.test(argument);
  const found = argv.find((argument) => SECRET.test(argument) || isKey(argument) || looksSecret(argument));
  if (found === undefined) return undefined;
  if (found.startsWith('-')) return found.replace(/[=\s].*$/s, '');
  if (!isKey(found)) return 'an argument that looks like a secret';
  const id = /ojs_[a-z]+_([0-9A-Za-z]{12})_/.exec(found)?.[1];
  return id === undefined ? 'an API key' : `an API key (commands take its id alone, ${id})`;
}

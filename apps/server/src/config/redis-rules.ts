import { readRedisTls } from '../redis/tls.ts';
import type { Mistake } from './mistakes.ts';
import { codeOf } from './secrets.ts';
import type { Settings } from './settings.ts';

/** Rules between the settings of Redis. */
export function redisMistakes({ redis }: Pick<Settings, 'redis'>): Mistake[] {
  const { url, certFile, keyFile } = redis;
  const rules: [broken: boolean, name: string, problem: string][] = [
    [certFile !== undefined && keyFile === undefined, 'OJS_REDIS_KEY_FILE', 'is required with OJS_REDIS_CERT_FILE'],
    [keyFile !== undefined && certFile === undefined, 'OJS_REDIS_CERT_FILE', 'is required with OJS_REDIS_KEY_FILE'],
    [
      new Set(url.map((each) => each.slice(0, each.indexOf(':')))).size > 1,
      'OJS_REDIS_URL',
      'names nodes of one cluster, which are all reached in the same way: rediss:// for all of them, or redis:// for all',
    ],
  ];
  const broken = rules.filter(([isBroken]) => isBroken).map(([, name, problem]) => ({ name, problem }));
  return broken.length > 0 ? broken : tlsMistakes(redis);
}

function tlsMistakes(files: Settings['redis']): Mistake[] {
  try {
    readRedisTls(files);
    return [];
  } catch (error) {
    const name = files.certFile === undefined ? 'OJS_REDIS_CA_FILE' : 'OJS_REDIS_CERT_FILE';
    const problem = `cannot be used (${codeOf(error)}): PEM files, and the key must be that of the certificate`;
    return [{ name, problem }];
  }
}

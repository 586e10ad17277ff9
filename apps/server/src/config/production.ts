import type { Mistake } from './mistakes.ts';
import { isPlainHttp, staysOnMachine } from './redis-url.ts';
import type { Settings } from './settings.ts';

/** What production refuses besides settings: how the process itself was started. */
export interface Process {
  readonly env: NodeJS.ProcessEnv;
  readonly execArgv: readonly string[];
  /** Whether it will listen; a command that works on Redis alone needs no certificate. Default: true. */
  readonly listens?: boolean;
}

/** Options of Node that let others see what is in memory or on the wire. */
const TELLTALE = /--(inspect|debug|tls[-_]keylog|heapsnapshot|heap[-_]prof)/;
/** What a listener sets for itself, outgoing connections take from these. */
const WEAKENING = /--(tls[-_]min[-_]v1\.[01]|insecure[-_]http[-_]parser|openssl[-_]legacy)/;

const IN_DEVELOPMENT = 'only with OJS_ENV=development';

/**
 * The rules of production (security page, Transport Security; ojs-security §3): everything is encrypted that leaves the
 * machine, nothing checks less than it should, and nothing that belongs to development is on.
 */
export function productionMistakes(
  settings: Settings,
  secrets: { has(name: string): boolean },
  process: Process,
): Mistake[] {
  const { tls, redis, tracing, plainPort, proxy, dev } = settings;
  const { listens = true } = process;
  // Behind a proxy that ends TLS the server listens for that proxy only.
  const needsTls = listens && !proxy.terminatesTls;
  const beyond = redis.url.filter((url) => !staysOnMachine(url));
  const passwordInUrl = (url: string): boolean => (URL.parse(url)?.password ?? '') !== '';
  const started = [process.env.NODE_OPTIONS ?? '', ...process.execArgv];
  const rules: [broken: boolean, name: string, problem: string][] = [
    [needsTls && tls.certFile === undefined, 'OJS_TLS_CERT_FILE', 'is required: production serves TLS only'],
    [needsTls && tls.keyFile === undefined, 'OJS_TLS_KEY_FILE', 'is required: production serves TLS only'],
    [
      listens && !secrets.has('SERVER_KEY'),
      'OJS_SECRET_SERVER_KEY',
      'is required: `ojs-server server-key generate` prints one, which all servers of one Redis share',
    ],
    [plainPort !== undefined, 'OJS_PLAIN_PORT', `plain http is possible ${IN_DEVELOPMENT}: remove it`],
    [dev.testDirectives, 'OJS_DEV_TEST_DIRECTIVES', `is possible ${IN_DEVELOPMENT}: remove it`],
    [
      beyond.some((url) => url.startsWith('redis:')),
      'OJS_REDIS_URL',
      'is not encrypted and leaves this machine: use rediss://',
    ],
    [
      beyond.length > 0 && !secrets.has('REDIS_PASSWORD'),
      'OJS_SECRET_REDIS_PASSWORD',
      'is required for a Redis beyond this machine: set it, OJS_SECRET_REDIS_PASSWORD_FILE or OJS_SECRET_REDIS_PASSWORD_REF',
    ],
    [
      tracing.endpoint !== undefined && isPlainHttp(tracing.endpoint) && !staysOnMachine(tracing.endpoint),
      'OJS_TRACING_ENDPOINT',
      'is not encrypted and leaves this machine: use https://',
    ],
    [
      redis.url.some(passwordInUrl),
      'OJS_REDIS_URL',
      'holds a password: move it to OJS_SECRET_REDIS_PASSWORD or OJS_SECRET_REDIS_PASSWORD_FILE',
    ],
    [
      process.env.NODE_TLS_REJECT_UNAUTHORIZED === '0',
      'NODE_TLS_REJECT_UNAUTHORIZED',
      'switches certificate checks off: remove it, and name a private CA with OJS_REDIS_CA_FILE',
    ],
    [
      started.some((options) => TELLTALE.test(options)),
      'NODE_OPTIONS',
      'opens the inspector, or writes keys or memory to files, which shows every secret: start without that option',
    ],
    [
      started.some((options) => WEAKENING.test(options)),
      'NODE_OPTIONS',
      'weakens TLS or the reading of HTTP for the whole process: start without that option',
    ],
    [
      /(^|[\s,])(\*|ioredis)/.test(process.env.DEBUG ?? ''),
      'DEBUG',
      'prints what is sent to Redis, passwords and jobs with it: remove it',
    ],
    [Boolean(process.env.NODE_DEBUG), 'NODE_DEBUG', 'prints requests with their credentials: remove it'],
  ];
  return rules.filter(([broken]) => broken).map(([, name, problem]) => ({ name, problem }));
}

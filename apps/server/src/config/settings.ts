import { isIP } from 'node:net';
import { GRACE_SECONDS_MAX, LIMITS } from '@ojs/schema';
import { z } from 'zod';
import { parseNetwork } from '../outgoing/address.ts';

/** Environment variables are text: digits become a number before the rule is asked. */
const whole = (min: number, max: number) =>
  z.preprocess(
    (value) => (typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value),
    z.int({ error: 'must be a whole number' }).min(min, `must be at least ${min}`).max(max, `must be at most ${max}`),
  );

const FLAGS: Readonly<Record<string, boolean>> = { '1': true, true: true, '0': false, false: false };
const flag = z.preprocess(
  (value) => (typeof value === 'string' ? (FLAGS[value] ?? value) : value),
  z.boolean({ error: 'must be 1 or 0' }),
);

/** A list, in the environment separated by commas. */
const list = (item: z.ZodType<string>) =>
  z.preprocess(
    (value) => (typeof value === 'string' ? value.split(',').map((part) => part.trim()) : value),
    z.array(item).min(1),
  );

const choice = <const T extends readonly string[]>(values: T) =>
  z.enum(values, { error: `must be ${values.slice(0, -1).join(', ')} or ${values.at(-1)}` });

const file = z.string({ error: 'must be the path of a file' }).min(1, 'must be the path of a file');
const host = z.string().min(1, 'must be an address to listen on, such as 0.0.0.0 or 127.0.0.1');
const port = whole(0, 65_535);
const mount = z.string().regex(/^[\w.-]+(\/[\w.-]+)*$/, 'must be the path where it is mounted, such as approle');
const redisUrl = z.string().regex(
  // No query: options there (`?tls=…`) would be ignored, or weaken what is checked.
  /^(rediss?:\/\/[^\s,?#]+|unix:(\/\/)?\/[^\s,?#]+)$/,
  'must be redis://HOST:PORT, rediss://HOST:PORT or unix:///PATH',
);

/** Type names and prefixes such as `email.*`. */
const jobType = z
  .string()
  .regex(/^(\*|[A-Za-z0-9._-]{1,255}|[A-Za-z0-9._-]{1,253}\.\*)$/, 'must be a name or PREFIX.*');

/** A host, an address or a network. */
const outgoingTarget = z
  .string()
  .refine(
    (text) => parseNetwork(text) !== undefined || /^(?=.{1,253}$)[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?$/i.test(text),
    'must be a host name, an address or a network such as 10.1.0.0/16',
  );

/** An address, or a network that is not everybody. */
const proxyNetwork = z
  .string()
  .refine(
    (text) => isIP(text.split('/', 1)[0] ?? '') > 0 && (parseNetwork(text)?.[1] ?? 0) > 0,
    'must be an address or a network such as 10.1.0.0/16, and not everybody',
  );

const MIB = 1024 * 1024;
const DAY_MS = 86_400_000;

/**
 * What a limit may be set to. Where the request schemas state a limit themselves, it can only be lowered; where it
 * keeps the server alive (depth), there is a ceiling.
 */
const BOUNDS: { readonly [K in keyof typeof LIMITS]: readonly [min: number, max: number] } = {
  argsBytes: [2, 64 * MIB],
  metaBytes: [2, 64 * MIB],
  bodyBytes: [1024, 128 * MIB],
  batchBodyBytes: [1024, 128 * MIB],
  batchJobs: [1, LIMITS.batchJobs],
  depth: [4, 128],
  connectionsPerClient: [1, 100_000],
  connections: [1, 1_000_000],
  requestMs: [1_000, 600_000],
  headersMs: [1_000, 600_000],
  idleMs: [1_000, 3_600_000],
  waitMs: [0, LIMITS.waitMs],
  fetchJobs: [1, LIMITS.fetchJobs],
  fetchQueues: [1, LIMITS.fetchQueues],
  heartbeatJobs: [1, LIMITS.heartbeatJobs],
  workers: [1, 1_000_000],
  leaseMs: [100, 7 * DAY_MS],
  leaseMaxMs: [100, 7 * DAY_MS],
  timeoutMaxMs: [1, LIMITS.timeoutMaxMs],
  maxAttempts: [1, LIMITS.maxAttempts],
  queues: [1, 1_000_000],
  resultBytes: [2, 64 * MIB],
  streams: [0, 1_000_000],
  streamsPerPrincipal: [0, 1_000_000],
  streamMs: [100, DAY_MS],
  crons: [0, 1_000_000],
  cronBytes: [256, MIB],
  checkpointBytes: [2, 64 * MIB],
  progressBytes: [2, MIB],
};

type LimitName = keyof typeof LIMITS;
const limit = (name: LimitName) => whole(...BOUNDS[name]).default(LIMITS[name]);
const limits = Object.fromEntries(Object.keys(LIMITS).map((name) => [name, limit(name as LimitName)])) as Record<
  LimitName,
  ReturnType<typeof limit>
>;

/** Every setting but the secrets. `a.bC` is OJS_A_B_C in the environment and `{"a": {"bC": …}}` in the file OJS_CONFIG. */
export const Settings = z.strictObject({
  env: choice(['production', 'development']).default('production'),
  host: host.default('0.0.0.0'),
  port: port.default(8443),
  tls: z.strictObject({ certFile: file.optional(), keyFile: file.optional() }).prefault({}),
  plainPort: port.optional(),
  proxy: z
    .strictObject({
      /** Proxies whose word about the client is believed: X-Forwarded-For and Client-Cert (connection/forwarded.ts). */
      trusted: list(proxyNetwork).optional(),
      /** They end TLS: the server speaks plain http, and only with them. */
      terminatesTls: flag.default(false),
    })
    .prefault({}),
  redis: z
    .strictObject({
      url: list(redisUrl),
      username: z.string().min(1).optional(),
      caFile: file.optional(),
      /** Our own certificate, where Redis asks for one. */
      certFile: file.optional(),
      keyFile: file.optional(),
    })
    // Absent altogether, the mistake is still named by the setting that is missing.
    .prefault({} as never),
  /** HashiCorp Vault or OpenBao, for secrets by reference (secrets/rules.ts has the rules between these). */
  vault: z
    .strictObject({
      url: z
        .url({ protocol: /^https?$/, error: 'must be the URL of Vault, such as https://vault.internal:8200' })
        .refine((url) => !URL.parse(url)?.password, 'holds a password: move it to OJS_SECRET_VAULT_TOKEN')
        .optional(),
      namespace: z
        .string()
        .regex(/^[\w./-]{1,255}$/, 'must be the path of a namespace')
        .optional(),
      caFile: file.optional(),
      appRole: z.strictObject({ roleId: z.string().min(1).optional(), mount: mount.default('approle') }).prefault({}),
      kubernetes: z
        .strictObject({
          role: z.string().min(1).optional(),
          mount: mount.default('kubernetes'),
          tokenFile: file.default('/var/run/secrets/kubernetes.io/serviceaccount/token'),
        })
        .prefault({}),
    })
    .prefault({}),
  policyFile: file.optional(),
  /** Which credentials from outside are believed: identity/identity-file.ts. */
  identityFile: file.optional(),
  rotation: z
    .strictObject({
      /** How long a secret that was rotated away is accepted, where the request says nothing. */
      graceSeconds: whole(0, GRACE_SECONDS_MAX).default(86_400),
      /** How often secrets managers are asked whether a secret has changed, in seconds. */
      refreshSeconds: whole(1, 86_400).default(60),
    })
    .prefault({}),
  keys: z
    .strictObject({
      /** log2 of scrypt's N for new hashes; hashes that cost less are made anew when their key is used. */
      scryptCost: whole(14, 17).default(14),
    })
    .prefault({}),
  auditFile: file.optional(),
  workers: z
    .strictObject({
      /** How long the token of a registration lasts. */
      tokenSeconds: whole(60, 3_600).default(900),
    })
    .prefault({}),
  admin: z
    .strictObject({
      /** Whether what destroys, or changes who may do what, needs a second factor. Absent: `required` in production, else `off`. */
      mfa: choice(['required', 'off']).optional(),
      /** How long an elevation lasts. */
      elevationSeconds: whole(60, 900).default(300),
    })
    .prefault({}),
  logLevel: choice(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  validation: z
    .strictObject({
      names: choice(['security', 'core']).default('security'),
      unknownAttributes: choice(['reject', 'ignore']).default('reject'),
      jobTypes: list(jobType).optional(),
    })
    .prefault({}),
  shutdown: z
    .strictObject({
      /** For load balancers: how long it is served on after /ready said no, in milliseconds. */
      delayMs: whole(0, 600_000).default(0),
      /** Requests under way may take this long to finish, in milliseconds (ojs-graceful-shutdown §9.2). */
      graceMs: whole(0, 3_600_000).default(30_000),
    })
    .prefault({}),
  /** ojs-execution-history §6; a history is kept as long as its job. */
  history: z
    .strictObject({ enabled: flag.default(true), maxEventsPerJob: whole(4, 10_000).default(1_000) })
    .prefault({}),
  tracing: z
    .strictObject({
      /** Where spans go, by OTLP over HTTP, such as https://collector:4318/v1/traces. */
      endpoint: z
        .url({ protocol: /^https?$/, error: 'must be the URL of a collector, such as https://HOST:4318/v1/traces' })
        .refine((url) => !URL.parse(url)?.password, 'holds a password: move it to OJS_SECRET_TRACING_HEADERS')
        .optional(),
    })
    .prefault({}),
  metrics: z
    .strictObject({
      port: port.optional(),
      /** Pairs of queue and job type that are labels of their own; all others are one. */
      series: whole(1, 10_000).default(200),
    })
    .prefault({}),
  /** What the server may reach besides the internet, for deliveries to addresses that others wrote (src/outgoing). */
  outgoing: z.strictObject({ allow: list(outgoingTarget).optional(), caFile: file.optional() }).prefault({}),
  dev: z.strictObject({ testDirectives: flag.default(false) }).prefault({}),
  limits: z.strictObject(limits).prefault({}),
  retention: z
    .strictObject({
      completedDays: whole(0, 3_650).default(7),
      cancelledDays: whole(0, 3_650).default(7),
      discardedDays: whole(0, 3_650).default(7),
      deadLetterDays: whole(0, 3_650).default(180),
      deadLettersPerQueue: whole(1, 10_000_000).default(10_000),
      events: whole(0, 1_000_000).default(10_000),
    })
    .prefault({}),
});

export type Settings = z.infer<typeof Settings>;

/** `validation.unknownAttributes` → `OJS_VALIDATION_UNKNOWN_ATTRIBUTES`. */
export const variableOf = (path: readonly string[]): string =>
  `OJS_${path.map((part) => part.replace(/[A-Z]/g, (letter) => `_${letter}`)).join('_')}`.toUpperCase();

function leaves(schema: z.ZodObject, path: readonly string[] = []): (readonly [string, readonly string[]])[] {
  return Object.entries(schema.shape).flatMap(([name, field]) => {
    const inner = field instanceof z.ZodPrefault ? field.unwrap() : field;
    const here = [...path, name];
    return inner instanceof z.ZodObject ? leaves(inner, here) : [[variableOf(here), here] as const];
  });
}

/** Where the value of each environment variable goes. */
export const VARIABLES: ReadonlyMap<string, readonly string[]> = new Map(leaves(Settings));

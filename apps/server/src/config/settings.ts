import { GRACE_SECONDS_MAX } from '@ojs/schema';
import { z } from 'zod';
import {
  choice,
  file,
  flag,
  host,
  jobType,
  list,
  mount,
  outgoingTarget,
  port,
  proxyNetwork,
  redisUrl,
  whole,
} from './fields.ts';
import { limits } from './limits.ts';

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

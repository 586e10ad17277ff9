import { z } from 'zod';

/** http-binding §8.1; the minimum, since everybody may read it. */
export const HealthAnswer = z
  .object({ status: z.enum(['ok', 'degraded']), backend: z.object({ status: z.enum(['ok', 'unhealthy']) }) })
  .meta({ id: 'HealthAnswer' });

/** For load balancers: whether requests are to be sent here. */
export const ReadyAnswer = z.object({ status: z.enum(['ready', 'not_ready']) }).meta({ id: 'ReadyAnswer' });

/** ojs-conformance §4.2.1. */
const Extension = z.object({ name: z.string(), uri: z.string(), version: z.string() });

/** http-binding §21, ojs-conformance §4. `specversion` and `ojs_version` say the same: clients read one or the other. */
export const Manifest = z
  .object({
    specversion: z.literal('1.0'),
    ojs_version: z.literal('1.0'),
    implementation: z.object({ name: z.string(), version: z.string(), language: z.string() }),
    conformance_level: z.int(),
    conformance_tier: z.enum(['parser', 'runtime', 'full']),
    protocols: z.array(z.string()),
    backend: z.string(),
    capabilities: z.record(z.string(), z.boolean()),
    extensions: z.object({ official: z.array(Extension), experimental: z.array(Extension) }),
    /** ojs-unique-jobs §8, ojs-conformance §4.2. */
    unique_job_strength: z.literal('strong'),
    endpoints: z.record(z.string(), z.string()),
  })
  .meta({ id: 'Manifest' });
export type Manifest = z.infer<typeof Manifest>;

// Which way imports may point: routes → access, identity, engine, audit → schema. Checked by npm test.

const tests = '\\.test\\.ts$|/test/';
/** @type {(...folders: string[]) => string} */
const server = (...folders) => `^apps/server/src/(${folders.join('|')})/`;
const sdks = '^packages/(producer-sdk|worker-sdk)/';

/** @type {(name: string, comment: string, from: object, to: object) => object} */
const never = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

export default {
  forbidden: [
    never('no-cycles', 'Two files that import each other are one file', {}, { circular: true }),
    never('resolvable', 'An import must lead somewhere', {}, { couldNotResolve: true }),
    never(
      'schema-imports-nothing-of-ours',
      '@ojs/schema is what everything else agrees on',
      { path: '^packages/schema/src/', pathNot: tests },
      { path: '^(packages/(?!schema/)|apps/)' },
    ),
    never(
      'client-imports-only-schema',
      '@ojs/client knows the protocol and nothing above it',
      { path: '^packages/client/src/', pathNot: tests },
      { path: '^(packages/(?!client/|schema/)|apps/)' },
    ),
    never(
      'sdks-import-only-client-and-schema',
      'A producer never needs the worker SDK, nor the other way round',
      { path: `${sdks}src/`, pathNot: tests },
      { path: '^(packages/(?!$1/|client/|schema/)|apps/)' },
    ),
    never(
      'server-never-imports-clients',
      'The server is written to the specification, not to our clients',
      { path: '^apps/server/src/', pathNot: tests },
      { path: '^packages/(client|producer-sdk|worker-sdk)/' },
    ),
    never(
      'engine-knows-no-credentials',
      'The engine knows tenants and jobs, never who may do what',
      { path: server('engine'), pathNot: tests },
      { path: server('identity', 'access', 'routes', 'connection') },
    ),
    never(
      'identity-and-access-know-no-jobs',
      'Who is asking and what they may do is decided without the engine',
      { path: server('identity', 'access'), pathNot: tests },
      { path: server('engine', 'routes') },
    ),
    never(
      'decisions-are-pure',
      'What someone may do is decided by functions of their arguments: no mechanism, no connection, no Redis',
      { path: '^apps/server/src/access/(decide|match|tenant)\\.ts$' },
      { path: `${server('identity', 'connection', 'audit', 'redis')}|^node_modules/.*(ioredis|bullmq|fastify)` },
    ),
    never(
      'server-starts-no-processes',
      'A child would inherit the environment, and with it every secret that stands there',
      { path: '^apps/server/src/', pathNot: tests },
      { path: '^(node:)?(child_process|cluster)$' },
    ),
    never(
      'audit-only-listens',
      'The audit log hears of each step and calls none of them',
      { path: server('audit'), pathNot: tests },
      { path: server('routes', 'engine', 'identity', 'access', 'connection') },
    ),
    never(
      'nothing-imports-routes',
      'Routes are the last step; only what assembles the server knows them',
      { path: server('access', 'identity', 'engine', 'audit', 'telemetry', 'config', 'connection'), pathNot: tests },
      { path: server('routes') },
    ),
    never(
      'development-tools-stay-out',
      'Nothing that is published or deployed imports @ojs/dev',
      { path: '^(packages/(schema|client|producer-sdk|worker-sdk)|apps/[^/]+)/src/', pathNot: tests },
      { path: '^packages/dev/' },
    ),
    never(
      'only-declared-dependencies',
      'What runs in production stands in dependencies',
      { path: '^(packages/(schema|client|producer-sdk|worker-sdk)|apps/[^/]+)/src/', pathNot: tests },
      // A peer is the application's to bring; that it is here for our own tests takes nothing away from that.
      { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['npm-peer'] },
    ),
  ],
  options: {
    // Workspace packages lead to their dist; where that leads is their own affair.
    doNotFollow: { path: ['node_modules', '/dist/'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'default'] },
  },
};

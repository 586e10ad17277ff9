export {
  type Authority,
  type CertificateUsage,
  createAuthority,
  type Issued,
  type IssueOptions,
  loadAuthority,
} from './authority.ts';
export { writeCertificate, writePrivateFile } from './certificate-files.ts';
export { type Child, startChild } from './child.ts';
export { createKey, type KeyRequest, runServerCommand } from './create-key.ts';
export { type FindRedisOptions, findRedis } from './find-redis.ts';
export { freePort, freePorts, isPortFree } from './free-port.ts';
export { makePrivateDirectory, projectRoot, stateDirectory } from './paths.ts';
export { type PrivateRedis, type StartRedisOptions, startRedis } from './redis.ts';
export type { RedisBinary } from './redis-binary.ts';
export { type PrivateRedisCluster, type StartClusterOptions, startRedisCluster } from './redis-cluster.ts';
export { type LaunchOptions, launchServer, type RunningServer, serverEntry } from './server.ts';
export { startTestServer, type TestServer, type TestServerOptions } from './test-server.ts';

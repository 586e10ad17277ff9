// Made from packages/schema/openapi.json by "pnpm --filter @ojs/codegen generate". Do not edit.
/** Where each operation is; `open` ones need no credential. */
export const routes = {
  ackJob: { method: 'POST', path: '/ojs/v1/workers/ack' },
  ackJobs: { method: 'POST', path: '/ojs/v1/workers/ack/batch' },
  activateJob: { method: 'POST', path: '/ojs/v1/jobs/{id}/activate' },
  cancelJob: { method: 'DELETE', path: '/ojs/v1/jobs/{id}' },
  deleteDeadLetter: { method: 'DELETE', path: '/ojs/v1/dead-letter/{id}' },
  enqueueBatch: { method: 'POST', path: '/ojs/v1/jobs/batch' },
  enqueueJob: { method: 'POST', path: '/ojs/v1/jobs' },
  fetchJobs: { method: 'POST', path: '/ojs/v1/workers/fetch' },
  getHealth: { method: 'GET', path: '/ojs/v1/health', open: true },
  getJob: { method: 'GET', path: '/ojs/v1/jobs/{id}' },
  getManifest: { method: 'GET', path: '/ojs/manifest', open: true },
  getQueueStats: { method: 'GET', path: '/ojs/v1/queues/{name}/stats' },
  heartbeat: { method: 'POST', path: '/ojs/v1/workers/heartbeat' },
  listDeadLetters: { method: 'GET', path: '/ojs/v1/dead-letter' },
  listEvents: { method: 'GET', path: '/ojs/v1/events' },
  listQueues: { method: 'GET', path: '/ojs/v1/queues' },
  nackJob: { method: 'POST', path: '/ojs/v1/workers/nack' },
  pauseQueue: { method: 'POST', path: '/ojs/v1/queues/{name}/pause' },
  resumeQueue: { method: 'POST', path: '/ojs/v1/queues/{name}/resume' },
  retryDeadLetter: { method: 'POST', path: '/ojs/v1/dead-letter/{id}/retry' },
} as const;

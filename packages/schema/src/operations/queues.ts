import { Page, QueuePausedAnswer, QueueStatsAnswer, QueuesAnswer } from '../queue.ts';
import { define, queueParams } from './operation.ts';

export const queueOperations = {
  listQueues: define({
    id: 'listQueues',
    method: 'GET',
    path: '/ojs/v1/queues',
    summary: 'List the queues that the caller may inspect',
    permission: 'inspect',
    planes: ['producer', 'worker'],
    query: Page,
    status: 200,
    answer: QueuesAnswer,
  }),
  getQueueStats: define({
    id: 'getQueueStats',
    method: 'GET',
    path: '/ojs/v1/queues/{name}/stats',
    summary: 'How many jobs are in which state',
    permission: 'inspect',
    planes: ['producer', 'worker'],
    params: queueParams,
    status: 200,
    answer: QueueStatsAnswer,
  }),
  pauseQueue: define({
    id: 'pauseQueue',
    method: 'POST',
    path: '/ojs/v1/queues/{name}/pause',
    summary: 'Stop handing out the jobs of a queue',
    permission: 'admin',
    planes: [],
    params: queueParams,
    status: 200,
    answer: QueuePausedAnswer,
  }),
  resumeQueue: define({
    id: 'resumeQueue',
    method: 'POST',
    path: '/ojs/v1/queues/{name}/resume',
    summary: 'Hand out the jobs of a queue again',
    permission: 'admin',
    planes: [],
    params: queueParams,
    status: 200,
    answer: QueuePausedAnswer,
  }),
};

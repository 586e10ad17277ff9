import { z } from 'zod';
import { BatchAnswer, BatchRequest, EnqueueAnswer, EnqueueRequest, JobAnswer } from '../job.ts';
import { define, jobParams } from './operation.ts';

const JobQuery = z.object({
  wait_ms: z.coerce
    .number()
    .int()
    .min(0)
    .optional()
    .meta({ description: 'How long to wait for a terminal state, at most 25,000' }),
});

export const jobOperations = {
  enqueueJob: define({
    id: 'enqueueJob',
    method: 'POST',
    path: '/ojs/v1/jobs',
    summary: 'Enqueue a job (PUSH)',
    permission: 'enqueue',
    planes: ['producer'],
    body: EnqueueRequest,
    status: 201,
    answer: EnqueueAnswer,
  }),
  enqueueBatch: define({
    id: 'enqueueBatch',
    method: 'POST',
    path: '/ojs/v1/jobs/batch',
    summary: 'Enqueue up to 1,000 jobs, all or none',
    permission: 'enqueue',
    planes: ['producer'],
    body: BatchRequest,
    status: 201,
    answer: BatchAnswer,
  }),
  getJob: define({
    id: 'getJob',
    method: 'GET',
    path: '/ojs/v1/jobs/{id}',
    summary: 'Read a job (INFO)',
    permission: 'inspect',
    planes: ['producer', 'worker'],
    params: jobParams,
    query: JobQuery,
    status: 200,
    answer: JobAnswer,
  }),
  cancelJob: define({
    id: 'cancelJob',
    method: 'DELETE',
    path: '/ojs/v1/jobs/{id}',
    summary: 'Cancel a job (CANCEL)',
    permission: 'cancel',
    planes: ['producer'],
    params: jobParams,
    status: 200,
    answer: JobAnswer,
  }),
  activateJob: define({
    id: 'activateJob',
    method: 'POST',
    path: '/ojs/v1/jobs/{id}/activate',
    summary: 'Make a pending job available (ACTIVATE)',
    permission: 'enqueue',
    planes: ['producer'],
    params: jobParams,
    status: 200,
    answer: JobAnswer,
  }),
};

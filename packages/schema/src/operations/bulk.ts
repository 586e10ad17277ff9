import { BulkAnswer, BulkEnqueueAnswer, BulkEnqueueRequest, BulkRequest, ConfirmQuery } from '../bulk.ts';
import { underAdmin } from './admin-path.ts';
import { define } from './operation.ts';

const dataPlane = {
  cancelJobs: define({
    id: 'cancelJobs',
    method: 'POST',
    path: '/ojs/v1/jobs/bulk/cancel',
    summary: 'Cancel many jobs that wait, by their ids or by a filter',
    permission: 'cancel',
    secondFactor: 'unless_dry_run',
    planes: ['producer'],
    query: ConfirmQuery,
    body: BulkRequest,
    status: 200,
    answer: BulkAnswer,
  }),
  retryJobs: define({
    id: 'retryJobs',
    method: 'POST',
    path: '/ojs/v1/jobs/bulk/retry',
    summary: 'Make many jobs available that were discarded or wait for a retry',
    permission: 'enqueue',
    secondFactor: 'unless_dry_run',
    planes: [],
    query: ConfirmQuery,
    body: BulkRequest,
    status: 200,
    answer: BulkAnswer,
  }),
  deleteJobs: define({
    id: 'deleteJobs',
    method: 'POST',
    path: '/ojs/v1/jobs/bulk/delete',
    summary: 'Delete many jobs that have ended, for good',
    permission: 'admin',
    secondFactor: 'unless_dry_run',
    planes: [],
    query: ConfirmQuery,
    body: BulkRequest,
    status: 200,
    answer: BulkAnswer,
  }),
};

export const bulkOperations = {
  enqueueJobs: define({
    id: 'enqueueJobs',
    method: 'POST',
    path: '/ojs/v1/jobs/bulk',
    summary: 'Enqueue up to 1,000 jobs, each for itself or all or none, and hear what became of each',
    permission: 'enqueue',
    planes: ['producer'],
    body: BulkEnqueueRequest,
    status: 201,
    answer: BulkEnqueueAnswer,
  }),
  ...dataPlane,
  adminCancelJobs: underAdmin(dataPlane.cancelJobs, 'adminCancelJobs'),
  adminRetryJobs: underAdmin(dataPlane.retryJobs, 'adminRetryJobs'),
  adminDeleteJobs: underAdmin(dataPlane.deleteJobs, 'adminDeleteJobs'),
};

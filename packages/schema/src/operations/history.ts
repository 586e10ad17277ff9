import { HistoryAnswer, HistoryDeleted, HistoryQuery } from '../history.ts';
import { define, jobParams } from './operation.ts';

export const historyOperations = {
  getJobHistory: define({
    id: 'getJobHistory',
    method: 'GET',
    path: '/ojs/v1/jobs/{id}/history',
    summary: 'What happened to a job, oldest first',
    permission: 'inspect',
    planes: ['producer', 'worker'],
    params: jobParams,
    query: HistoryQuery,
    status: 200,
    answer: HistoryAnswer,
  }),
  deleteJobHistory: define({
    id: 'deleteJobHistory',
    method: 'DELETE',
    path: '/ojs/v1/jobs/{id}/history',
    summary: 'Forget what happened to a job until now; the job stays',
    permission: 'admin',
    planes: [],
    params: jobParams,
    status: 200,
    answer: HistoryDeleted,
  }),
};

import { ResultAnswer, ResultQuery, ResultsAnswer, ResultsRequest } from '../result.ts';
import { define, jobParams } from './operation.ts';

export const resultOperations = {
  getResult: define({
    id: 'getResult',
    method: 'GET',
    path: '/ojs/v1/jobs/{id}/result',
    summary: 'Read the result of a job, and wait for it if asked to',
    permission: 'inspect',
    planes: ['producer', 'worker'],
    params: jobParams,
    query: ResultQuery,
    status: 200,
    answer: ResultAnswer,
  }),
  getResults: define({
    id: 'getResults',
    method: 'POST',
    path: '/ojs/v1/jobs/results',
    summary: 'Read the results of up to 100 jobs',
    permission: 'inspect',
    planes: ['producer', 'worker'],
    body: ResultsRequest,
    status: 200,
    answer: ResultsAnswer,
  }),
};

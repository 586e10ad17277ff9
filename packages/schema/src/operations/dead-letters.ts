import { JobAnswer } from '../job.ts';
import { DeadLetterAnswer, DeadLetterQuery, DeletedAnswer } from '../queue.ts';
import { define, jobParams } from './operation.ts';

export const deadLetterOperations = {
  listDeadLetters: define({
    id: 'listDeadLetters',
    method: 'GET',
    path: '/ojs/v1/dead-letter',
    summary: 'List dead letters, newest first',
    permission: 'inspect',
    planes: [],
    query: DeadLetterQuery,
    status: 200,
    answer: DeadLetterAnswer,
  }),
  retryDeadLetter: define({
    id: 'retryDeadLetter',
    method: 'POST',
    path: '/ojs/v1/dead-letter/{id}/retry',
    summary: 'Start a dead letter anew',
    permission: 'enqueue',
    planes: [],
    params: jobParams,
    status: 200,
    answer: JobAnswer,
  }),
  deleteDeadLetter: define({
    id: 'deleteDeadLetter',
    method: 'DELETE',
    path: '/ojs/v1/dead-letter/{id}',
    summary: 'Delete a dead letter for good',
    permission: 'admin',
    planes: [],
    params: jobParams,
    status: 200,
    answer: DeletedAnswer,
  }),
};

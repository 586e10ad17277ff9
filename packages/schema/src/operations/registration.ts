import { RegisterWorkerAnswer, RegisterWorkerRequest } from '../registration.ts';
import { define } from './operation.ts';

export const registrationOperations = {
  registerWorker: define({
    id: 'registerWorker',
    method: 'POST',
    path: '/ojs/v1/workers/register',
    summary: 'Exchange a registration secret for a short-lived token of one worker',
    permission: 'self',
    planes: ['worker'],
    accepts: 'registration',
    body: RegisterWorkerRequest,
    status: 200,
    answer: RegisterWorkerAnswer,
  }),
};

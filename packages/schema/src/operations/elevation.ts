import { ElevateAnswer, ElevateRequest } from '../elevation.ts';
import { define } from './operation.ts';

export const elevationOperations = {
  elevate: define({
    id: 'elevate',
    method: 'POST',
    path: '/ojs/v1/auth/elevate',
    summary: 'Show a second factor, and get a short-lived token for operations that need one',
    permission: 'self',
    planes: [],
    body: ElevateRequest,
    status: 200,
    answer: ElevateAnswer,
  }),
};

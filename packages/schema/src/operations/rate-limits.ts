import { z } from 'zod';
import { RateLimitAnswer, RateLimitKey } from '../rate-limit.ts';
import { define } from './operation.ts';

export const rateLimitOperations = {
  getRateLimit: define({
    id: 'getRateLimit',
    method: 'GET',
    path: '/ojs/v1/rate-limits/{key}',
    summary: 'How far a rate limit is used; for callers that may inspect every queue',
    permission: 'inspect',
    planes: ['producer', 'worker'],
    params: z.object({ key: RateLimitKey }),
    status: 200,
    answer: RateLimitAnswer,
  }),
};

import { HealthAnswer, Manifest } from '../system.ts';
import { define } from './operation.ts';

export const systemOperations = {
  getManifest: define({
    id: 'getManifest',
    method: 'GET',
    path: '/ojs/manifest',
    summary: 'What this server can do',
    permission: 'public',
    planes: [],
    status: 200,
    answer: Manifest,
  }),
  getHealth: define({
    id: 'getHealth',
    method: 'GET',
    path: '/ojs/v1/health',
    summary: 'Whether the server and its Redis answer',
    permission: 'public',
    planes: [],
    status: 200,
    answer: HealthAnswer,
  }),
};

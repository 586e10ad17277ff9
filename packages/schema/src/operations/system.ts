import { z } from 'zod';
import { HealthAnswer, Manifest, ReadyAnswer } from '../system.ts';
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
  getLiveness: define({
    id: 'getLiveness',
    method: 'GET',
    path: '/health',
    summary: 'The same as /ojs/v1/health, where probes look for it',
    permission: 'public',
    planes: [],
    status: 200,
    answer: HealthAnswer,
  }),
  getReadiness: define({
    id: 'getReadiness',
    method: 'GET',
    path: '/ready',
    summary: 'Whether to send requests here: 503 while Redis is away and once the server stops',
    permission: 'public',
    planes: [],
    status: 200,
    answer: ReadyAnswer,
  }),
  getMetrics: define({
    id: 'getMetrics',
    method: 'GET',
    path: '/metrics',
    summary: 'Metrics in the text format of Prometheus, of all tenants together',
    permission: 'inspect',
    planes: [],
    status: 200,
    answer: z.string(),
    media: 'text/plain',
  }),
};

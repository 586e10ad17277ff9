import { relative } from 'node:path';
import type { DevState } from './state.ts';

const mediaType = 'application/openjobspec+json';

/** The lines to try next. The first is the one of the specification's security page, with a key that works. */
export function nextSteps(state: DevState, directory: string): string {
  const ca = relative(directory, state.ca);
  return [
    comment('Enqueue a job, as a producer'),
    curl(`${state.plainUrl}/ojs/v1/jobs`, state.keys.producer, '{"type":"email.send","args":["user@example.com"]}'),
    comment('Fetch it, as a worker, over TLS'),
    curl(`--cacert ${ca} ${state.url}/ojs/v1/workers/fetch`, state.keys.worker, '{"queues":["default"]}'),
    comment('How is the queue? as an operator'),
    `curl --cacert ${ca} ${state.url}/ojs/v1/queues/default/stats \\\n  -H "Authorization: Bearer ${state.keys.operator}"`,
  ].join('\n');
}

const comment = (text: string): string => `\n# ${text}`;

const curl = (target: string, key: string, body: string): string =>
  [
    `curl -X POST ${target} \\`,
    `  -H "Authorization: Bearer ${key}" \\`,
    `  -H "Content-Type: ${mediaType}" \\`,
    `  -d '${body}'`,
  ].join('\n');

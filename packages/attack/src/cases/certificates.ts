import { strictEqual } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type Attack, attack } from '../attack.ts';
import { mustBeRefused, mustBeUnauthenticated } from '../must.ts';
import type { Target } from '../target.ts';

/** The connection of somebody who has the certificate of a worker. */
function asWorker({ certificates: { worker } }: Target): { cert: Buffer; key: Buffer } {
  if (worker === undefined) throw new Error('the target names no certificate of a worker');
  return { cert: readFileSync(worker.certFile), key: readFileSync(worker.keyFile) };
}

const JOB = { path: '/ojs/v1/jobs', body: { type: 'attack.borrowed', args: [] } };
const FETCH = { path: '/ojs/v1/workers/fetch', body: { queues: ['attack-borrowed'], count: 1 } };

/** Client certificates, and what comes with them (section M of the threat model). */
export const certificateAttacks: readonly Attack[] = [
  attack({
    id: 'M10',
    title: 'The certificate of a worker and the key of a producer in one request are of two principals: neither counts',
    needs: ['certificates', 'producer', 'worker'],
    async run(target) {
      const { wire, keys } = target;
      const tls = asWorker(target);
      strictEqual((await wire.send({ ...FETCH, tls })).status, 200, 'the certificate alone is good');
      strictEqual((await wire.send({ ...JOB, key: keys.producer })).status, 201, 'the key alone is good');
      for (const request of [JOB, FETCH]) {
        for (const key of [keys.producer, keys.worker]) {
          mustBeRefused(await wire.send({ ...request, key, tls }), 403, 'permission_denied');
        }
      }
    },
  }),
  attack({
    id: 'M10',
    title: 'A bad key is not saved by a good certificate',
    needs: ['certificates'],
    async run(target) {
      for (const key of ['nonsense', `ojs_work_${'a'.repeat(16)}_${'b'.repeat(49)}`]) {
        mustBeUnauthenticated(await target.wire.send({ ...FETCH, key, tls: asWorker(target) }));
      }
    },
  }),
];

// The load generator, a process of its own: the same for both sides but for TLS and the header.
import { Pool } from 'undici';
import { inFlight } from '../in-flight.ts';
import { messages } from '../message.ts';
import { JOB_TYPE, sampleArgs } from '../sample-job.ts';
import type { LoadTarget, LoadTurn } from './load.ts';

let target: LoadTarget;
let pool: Pool | undefined;
const prepared = new Map<number, Buffer[]>();

messages<LoadTarget | LoadTurn>(async (message) => {
  if ('url' in message) {
    target = message;
    const { url, connections, ca, certificate } = message;
    await pool?.close();
    pool = new Pool(url, { connections, pipelining: 1, connect: { ca, ...certificate } });
    proof = 0;
    return;
  }
  const { requests, width, batch } = message;
  const bodies = bodiesOf(batch);
  const path = `${target.path}${batch > 1 ? '/batch' : ''}`;
  await inFlight(width, requests, (i) => post(path, bodies[i % bodies.length]!));
});

/** Bodies are made beforehand and used again and again: ids are the server's to make. */
function bodiesOf(batch: number): Buffer[] {
  const job = (i: number) => ({ type: JOB_TYPE, args: sampleArgs(i), options: { queue: 'email' } });
  const body = (i: number): object =>
    batch === 1 ? job(i) : { jobs: Array.from({ length: batch }, (_, n) => job(i * batch + n)) };
  const known = prepared.get(batch);
  const bodies = known ?? Array.from({ length: batch === 1 ? 256 : 8 }, (_, i) => Buffer.from(JSON.stringify(body(i))));
  prepared.set(batch, bodies);
  return bodies;
}

let proof = 0;
const headers = (): Record<string, string> => ({
  'content-type': 'application/json',
  ...target.headers,
  ...(target.proofs && { dpop: target.proofs[proof++ % target.proofs.length] ?? '' }),
});

function post(path: string, body: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    let status = 0;
    let text = '';
    pool?.dispatch(
      { method: 'POST', path, headers: headers(), body },
      {
        onRequestStart: () => undefined,
        onResponseStart: (_, code) => {
          status = code;
        },
        onResponseData: (_, chunk) => {
          if (status !== 201) text += chunk.toString();
        },
        onResponseEnd: () => (status === 201 ? resolve() : reject(new Error(`answered ${status}: ${text}`))),
        onResponseError: (_, error) => reject(error),
      },
    );
  });
}

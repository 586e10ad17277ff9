import { createClient, OjsValidationError, uuidv7 } from '@ojs/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { refusal } from '../../client/test/stub-server.ts';
import { AckGather } from '../src/ack-gather.ts';
import { TRY } from '../src/settle.ts';
import { type Backend, outcomes, startBackend } from './backend.ts';

const KEY = 'ojs_work_id_canary-secret';
let backend: Backend;
let gather: AckGather;
let close: () => Promise<void>;

beforeEach(async () => {
  backend = await startBackend();
  const client = createClient({ url: backend.url, ca: backend.ca, credential: KEY });
  // Longer than a test: what waits for an answer that does not come is seen.
  gather = new AckGather(client, { ...TRY, timeoutMs: 60_000 });
  close = () => client.destroy();
});
afterEach(async () => {
  await close();
  await backend.stop();
});

const requests = (count: number, result?: unknown) =>
  Array.from({ length: count }, () => ({ job_id: uuidv7(), worker_id: 'w', attempt: 1, result }));
/** What becomes of acks that are due together: `done`, or the error. */
const ackAll = (acks: ReturnType<typeof requests>) =>
  Promise.all(
    acks.map((request) =>
      gather.ack(request).then(
        () => 'done',
        (error: unknown) => error,
      ),
    ),
  );
const bare = (acks: ReturnType<typeof requests>) => acks.map(({ job_id }) => ({ job_id, worker_id: 'w', attempt: 1 }));

describe('acks', () => {
  it('that come alone go alone, in the way that every OJS server knows', async () => {
    const acks = requests(2);
    for (const ack of acks) await gather.ack(ack);
    expect([backend.bodies('ack'), backend.bodies('acks')]).toEqual([bare(acks), []]);
  });

  it('that are due together go together, and each gets its own outcome', async () => {
    const acks = requests(4);
    const [, lost, denied, broken] = acks;
    const errors = new Map([
      [lost?.job_id, { code: 'conflict', message: 'no lease', hint: 'Stop working on it.' }],
      [denied?.job_id, { code: 'permission_denied', message: 'no' }],
      [broken?.job_id, { code: 'backend_unavailable', message: 'away', retryable: true }],
    ]);
    backend.on('acks', ({ body }) => outcomes(body, ({ job_id }) => errors.get(job_id)));
    expect(await ackAll(acks)).toMatchObject([
      'done',
      {
        ...{ name: 'OjsError', code: 'conflict', status: 409, retryable: false },
        ...{ message: 'no lease. Stop working on it.', jobId: lost?.job_id },
      },
      { code: 'permission_denied', status: 403 },
      { code: 'backend_unavailable', retryable: true },
    ]);
    expect(backend.bodies('acks')).toEqual([{ acks: bare(acks) }]);
    expect(backend.bodies('ack')).toEqual([]);
  });

  it('that are due while others are under way go together when those are answered', async () => {
    const [first, ...others] = requests(4);
    let answer = (): void => undefined;
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    backend.on('ack', () => answered.then(() => ({ status: 200, json: {} })));
    const one = gather.ack(first!);
    await backend.heard('ack');
    const rest = others.map((ack) => gather.ack(ack));
    answer();
    await Promise.all([one, ...rest]);
    expect(backend.bodies('acks')).toEqual([{ acks: bare(others) }]);
  });

  it('are not held up by an answer that does not come', async () => {
    const [first, second] = requests(2);
    backend.on('ack', ({ body }) => (body.job_id === first?.job_id ? 'hang' : { status: 200, json: {} }));
    void gather.ack(first!).catch(() => undefined);
    await backend.heard('ack');
    await gather.ack(second!);
  });

  it('leave a server alone that answers nothing any more, and go together when it does', async () => {
    const acks = requests(6);
    let answer = (): void => undefined;
    backend.on('ack', ({ body }) => {
      if (body.job_id !== acks[0]?.job_id) return 'hang';
      return new Promise((resolve) => {
        answer = () => resolve({ status: 200, json: {} });
      });
    });
    for (const ack of acks.slice(0, 4)) {
      void gather.ack(ack).catch(() => undefined);
      await backend.heard('ack', ({ job_id }) => job_id === ack.job_id);
    }
    const fifth = gather.ack(acks[4]!);
    // Long enough for a fifth request, were there one.
    await new Promise((resolve) => setTimeout(resolve, 300));
    const sixth = gather.ack(acks[5]!);
    answer();
    await Promise.all([fifth, sixth]);
    expect(backend.bodies('acks')).toEqual([{ acks: bare(acks.slice(4)) }]);
  });

  it('go in requests that the server takes: at most 100 acks, and not too large', async () => {
    expect(await ackAll(requests(150))).toEqual(Array(150).fill('done'));
    expect(backend.bodies('acks').map(({ acks }) => acks.length)).toEqual([100, 50]);
    expect(await ackAll(requests(2, 'x'.repeat(1_500_000)))).toEqual(['done', 'done']);
    expect(backend.bodies('ack')).toHaveLength(2);
  });
});

describe('a request that fails', () => {
  it('because of one ack fails for that one alone', async () => {
    const acks = requests(3);
    backend.on('acks', () => refusal(413, 'payload_too_large'));
    backend.on('ack', ({ body }) =>
      body.job_id === acks[1]?.job_id ? refusal(413, 'payload_too_large') : { status: 200, json: {} },
    );
    expect(await ackAll(acks)).toMatchObject(['done', { code: 'payload_too_large', status: 413 }, 'done']);
    await ackAll(requests(2));
    expect(backend.bodies('acks')).toHaveLength(2);
  });

  it('because JSON has no word for a result fails for that one alone', async () => {
    const acks = [...requests(1), ...requests(1, 1n), ...requests(1)];
    const [first, second, third] = await ackAll(acks);
    expect([first, third]).toEqual(['done', 'done']);
    expect(second).toBeInstanceOf(OjsValidationError);
  });

  it.each([404, 405])('with %i, because the server has no batches, is not tried again with another', async (status) => {
    backend.on('acks', () => ({ status, text: 'no such page' }));
    expect(await ackAll(requests(3))).toEqual(['done', 'done', 'done']);
    expect(await ackAll(requests(3))).toEqual(['done', 'done', 'done']);
    expect([backend.bodies('acks').length, backend.bodies('ack').length]).toEqual([1, 6]);
  });

  it.each([
    ['unavailable', refusal(503, 'backend_unavailable'), { status: 503 }],
    ['not permitted', refusal(403, 'permission_denied'), { status: 403 }],
    ['cut off', 'cut' as const, { code: 'connection_failed', retryable: true }],
  ])('because the server is %s fails for all of them', async (_, reply, error) => {
    backend.on('acks', () => reply);
    expect(await ackAll(requests(2))).toMatchObject([error, error]);
    expect(backend.bodies('ack')).toEqual([]);
  });

  it('to say what became of an ack is one to be tried again', async () => {
    const acks = requests(2);
    const results = [{ job_id: acks[0]?.job_id, acknowledged: true }];
    backend.on('acks', () => ({ status: 200, json: { results } }));
    expect(await ackAll(acks)).toMatchObject(['done', { code: 'invalid_answer', retryable: true }]);
  });

  it('and repeats the credential is not believed in that', async () => {
    backend.on('acks', ({ body }) => outcomes(body, () => ({ code: 'conflict', message: `no ${KEY}` })));
    const [error] = await ackAll(requests(2));
    expect((error as Error).message).toBe('no [redacted]');
  });
});

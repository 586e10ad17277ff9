import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Reply, refusal, type Stub, startStub } from '../../client/test/stub-server.ts';
import {
  chain,
  createOperator,
  createProducer,
  defineJob,
  type Operator,
  type Producer,
  step,
  uuidv7,
} from '../src/index.ts';

const note = defineJob('note', z.object({}));
const id = uuidv7();
const webhook = 'sub_00000000-0000-0000-0000-000000000000';
const missing = refusal(404, 'not_found');
const conflict = refusal(409, 'conflict');
const workflow = (state: string): Reply => ({ status: 200, json: { workflow: { id, state, metadata: {} } } });
const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

/** A server that answers as told, one request after the other. */
async function answering(...replies: Reply[]): Promise<{ server: Stub; producer: Producer; operator: Operator }> {
  const server = await startStub(() => replies.shift() ?? 'cut');
  const options = { url: server.url, ca: server.ca, credential: 'ojs_prod_id_secret' };
  const [producer, operator] = [createProducer(options), createOperator(options)];
  stops.push(
    server.stop,
    () => producer.close(),
    () => operator.close(),
  );
  return { server, producer, operator };
}

describe('after an answer that was lost', () => {
  it('a workflow that exists by now is the one that was started', async () => {
    const { producer, server } = await answering('cut', conflict, workflow('running'));
    const handle = await producer.workflows.start(chain(step(note, {})), { id });
    expect(handle.workflow.state).toBe('running');
    expect(server.requests.map(({ method }) => method)).toEqual(['POST', 'POST', 'GET']);
    expect(server.requests[1]?.body).toEqual(server.requests[0]?.body);
  });

  it('a workflow that is cancelled by now was cancelled; one that ended otherwise was not', async () => {
    const { producer } = await answering(
      'cut',
      conflict,
      workflow('cancelled'),
      'cut',
      conflict,
      workflow('completed'),
    );
    expect((await producer.workflows.cancel(id)).state).toBe('cancelled');
    await expect(producer.workflows.cancel(id)).rejects.toMatchObject({ code: 'conflict' });
  });

  it.each<[string, (of: { producer: Producer; operator: Operator }) => Promise<void>]>([
    ['schedule', ({ producer }) => producer.schedules.delete('nightly')],
    ['webhook', ({ operator }) => operator.webhooks.delete(webhook)],
    ['dead letter', ({ operator }) => operator.deadLetters.delete(id)],
  ])('a %s that is gone by now was deleted; one that never was is not found', async (_what, remove) => {
    await remove(await answering('cut', missing));
    await expect(remove(await answering(missing))).rejects.toMatchObject({ code: 'not_found' });
  });

  it.each<[string, (operator: Operator) => Promise<unknown>]>([
    ['a purge', ({ queues }) => queues.purge('q', { confirm: true })],
    ['a bulk operation', ({ bulk }) => bulk.retry({ jobIds: [id] })],
    ['a dead letter’s new start', ({ deadLetters }) => deadLetters.retry(id)],
    ['a new subscription', ({ webhooks }) => webhooks.create({ url: 'https://example.com', events: ['*'] })],
    ['a new secret', ({ webhooks }) => webhooks.rotateSecret(webhook)],
  ])('%s is not sent again: it would be done twice', async (_what, act) => {
    const { operator, server } = await answering();
    await expect(act(operator)).rejects.toMatchObject({ code: 'connection_failed' });
    expect(server.requests).toHaveLength(1);
  });
});

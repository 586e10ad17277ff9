import { describe, expect, it } from 'vitest';
import { followEvents, type OpenAnswer, type OpenStream, type StreamedEvent } from '../src/event-stream.ts';

const event = (n: number, type = 'job.completed'): string =>
  `id: e${n}\nevent: ${type}\ndata: ${JSON.stringify({ type, id: `e${n}` })}\n\n`;
const change = (to: string): string =>
  `event: job.state_changed\ndata: ${JSON.stringify({ job_id: 'j', from: 'active', to })}\n\n`;

async function* body(text: string, then: 'end' | 'break' = 'end'): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(`retry: 1\n\n${text}`);
  if (then === 'break') throw new Error('connection reset');
}

const ok = (text: string, then?: 'end' | 'break'): OpenAnswer => ({ status: 200, headers: {}, body: body(text, then) });
const no = (status: number, code: string): OpenAnswer => ({
  status,
  headers: {},
  body: bodyOf(JSON.stringify({ error: { code, message: 'no', retryable: false } })),
});
async function* bodyOf(text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text);
}

/** A server that answers each connection in turn, and what it was asked. */
function server(...answers: (OpenAnswer | Error)[]) {
  const asked: { after: string | undefined; rejected: boolean; path: string }[] = [];
  const open: OpenStream = async ({ headers, rejected, path }) => {
    asked.push({ after: headers['last-event-id'], rejected, path });
    const answer = answers.shift() ?? new Error('nothing more');
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return { open, asked };
}

async function take(count: number, events: AsyncIterable<StreamedEvent>): Promise<string[]> {
  const taken: string[] = [];
  for await (const each of events) {
    taken.push('id' in each ? `${each.id}` : each.type);
    if (taken.length === count) break;
  }
  return taken;
}

describe('a stream of events', () => {
  it('goes on after its last event when the connection ends or breaks', async () => {
    const { open, asked } = server(ok(event(1) + event(2)), ok(event(3), 'break'), ok(event(4)));
    expect(await take(4, followEvents(open, '', {}))).toEqual(['e1', 'e2', 'e3', 'e4']);
    expect(asked.map(({ after }) => after)).toEqual([undefined, 'e2', 'e3']);
  });

  it('comes back with no id that could not be a header, and says of data that is no object what it is', async () => {
    const { open, asked } = server(ok('id: a\u0001b\ndata: {"id":"x"}\n\n'), ok('data: 7\n\n'));
    await expect(take(2, followEvents(open, '', {}))).rejects.toMatchObject({ code: 'invalid_answer' });
    expect(asked.map(({ after }) => after)).toEqual([undefined, undefined]);
  });

  it('begins after the event that was named, narrowed as it was asked', async () => {
    const { open, asked } = server(ok(event(8)));
    await take(1, followEvents(open, '/base', { after: 'e7', types: ['job.*'], queues: ['a', 'b'] }));
    expect(asked[0]).toMatchObject({ after: 'e7', path: '/base/ojs/v1/events/stream?types=job.*&queues=a%2Cb' });
  });

  it('tells a gap, and that the server stops is no event', async () => {
    const gap = 'event: system.gap\ndata: {"channel":"all"}\n\n';
    const { open } = server(ok(`${gap}event: server.shutdown\ndata: {}\n\n`), ok(event(1)));
    expect(await take(2, followEvents(open, '', {}))).toEqual(['system.gap', 'e1']);
  });

  it('of a job ends when the job has ended', async () => {
    const { open, asked } = server(ok(change('active') + event(1, 'job.started')), ok(change('completed')));
    const ids = await take(99, followEvents(open, '', { jobId: 'j' }));
    expect(ids).toHaveLength(3);
    expect(asked[0]?.path).toContain('channel=job%3Aj');
  });

  it('asks once for another credential when the server refuses one', async () => {
    const { open, asked } = server(no(401, 'unauthenticated'), ok(event(1)));
    expect(await take(1, followEvents(open, '', {}))).toEqual(['e1']);
    expect(asked.map(({ rejected }) => rejected)).toEqual([false, true]);
    const refusing = server(no(401, 'unauthenticated'), no(401, 'unauthenticated'));
    await expect(take(1, followEvents(refusing.open, '', {}))).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  it('throws what the server refuses for good, and waits out the rest', async () => {
    const refused = server(no(403, 'permission_denied'));
    await expect(take(1, followEvents(refused.open, '', {}))).rejects.toMatchObject({ status: 403 });
    const away = server(no(503, 'backend_unavailable'), ok(event(1)));
    expect(await take(1, followEvents(away.open, '', {}))).toEqual(['e1']);
  });

  it('ends with the reason of the signal', async () => {
    const stop = new AbortController();
    const { open } = server(ok(event(1)), ok(''));
    const events = followEvents(open, '', { signal: stop.signal });
    await events.next();
    stop.abort(new Error('enough'));
    await expect(events.next()).rejects.toThrow('enough');
  });

  it('of something else than an OJS server is refused', async () => {
    const { open } = server(ok('data: <html>\n\n'));
    await expect(take(1, followEvents(open, '', {}))).rejects.toMatchObject({ code: 'invalid_answer' });
  });
});

import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { EventWriter } from './sse.ts';

const open: { close(): void }[] = [];
afterEach(() => {
  for (const each of open.splice(0)) each.close();
});

/** A response and the bare socket of its client, which does not read by itself. */
async function unread(): Promise<{ response: ServerResponse; client: Socket; gone: AbortController }> {
  const server = createServer().listen(0, '127.0.0.1');
  open.push(server);
  await once(server, 'listening');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  open.push({ close: () => client.destroy() });
  client.pause();
  client.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  const [, response] = (await once(server, 'request')) as [unknown, ServerResponse];
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  return { response, client, gone };
}

const frame = { id: 'evt_1-0-0', event: 'job.started', data: { text: 'x'.repeat(16 * 1024) } };

/** Sends until the client's silence holds it up. */
async function sendUntilHeldUp(writer: EventWriter): Promise<{ sent: number; held: Promise<void> }> {
  for (let sent = 0; sent < 10_000; sent++) {
    const held = writer.send(frame);
    const isHeld = await Promise.race([held.then(() => false), new Promise((r) => setTimeout(() => r(true), 200))]);
    if (isHeld) return { sent, held };
  }
  throw new Error('it was never held up');
}

describe('a writer of events', () => {
  it('makes no more than is read, and goes on when the client reads', async () => {
    const { response, client, gone } = await unread();
    const writer = new EventWriter(response, gone.signal, 60_000);
    const { held } = await sendUntilHeldUp(writer);
    expect(response.writableLength).toBeLessThan(256 * 1024);
    client.resume();
    await held;
  });

  it('gives up when the client goes away', async () => {
    const { response, client, gone } = await unread();
    const writer = new EventWriter(response, gone.signal, 60_000);
    const { held } = await sendUntilHeldUp(writer);
    client.destroy();
    await expect(held).rejects.toThrow();
  });

  it('cuts a client off at the end that has not read what came before', async () => {
    const { response, gone } = await unread();
    const writer = new EventWriter(response, gone.signal, 60_000);
    const { held } = await sendUntilHeldUp(writer);
    held.catch(() => undefined);
    writer.end();
    expect(response.destroyed).toBe(true);
  });

  it('sends a comment when it was quiet for a while, and only then', async () => {
    const { response, client, gone } = await unread();
    const writer = new EventWriter(response, gone.signal, 60_000);
    const eager = new EventWriter(response, gone.signal, 0);
    await writer.heartbeat();
    await eager.heartbeat();
    writer.end();
    let text = '';
    client.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    client.resume();
    await vi.waitFor(() => expect(text).toMatch(/0\r\n\r\n$/), { timeout: 20_000 });
    expect(text.split(':heartbeat')).toHaveLength(2);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type SseMessage, sseMessages } from './sse.ts';

async function* cut(bytes: Uint8Array, at: readonly number[]): AsyncGenerator<Uint8Array> {
  let from = 0;
  for (const to of [...at.toSorted((a, b) => a - b), bytes.length]) {
    yield bytes.slice(from, to);
    from = to;
  }
}

async function read(text: string, at: readonly number[] = [], onRetry?: (ms: number) => void) {
  const messages: (SseMessage | undefined)[] = [];
  for await (const message of sseMessages(cut(new TextEncoder().encode(text), at), onRetry)) messages.push(message);
  return messages;
}

describe('messages of an event stream', () => {
  it('have the last id, an event and data of one or several lines', async () => {
    expect(await read('id: 1\nevent: a\ndata: x\n\ndata:y\ndata: z\n\nid\ndata\n\n')).toEqual([
      { id: '1', event: 'a', data: 'x' },
      { id: '1', event: 'message', data: 'y\nz' },
      { id: undefined, event: 'message', data: '' },
    ]);
  });

  it('come apart by comments, fields that nobody knows and empty messages, which are none', async () => {
    expect(await read(':heartbeat\n\nevent: lost\n\nother: 1\ndata: x\n\ndata: unfinished')).toEqual([
      undefined,
      { id: undefined, event: 'message', data: 'x' },
    ]);
  });

  it('may come in very many pieces', async () => {
    const text = `data: ${'x'.repeat(1_000_000)}\r\n\r\n`;
    const at = Array.from({ length: text.length >> 5 }, (_, i) => i << 5);
    const began = performance.now();
    const [message] = await read(text, at);
    expect(message?.data).toHaveLength(1_000_000);
    expect(performance.now() - began).toBeLessThan(3_000);
  });

  it('say how long to wait before the next connection', async () => {
    const waits: number[] = [];
    await read('retry: 3000\nretry: soon\n\n', [], (ms) => waits.push(ms));
    expect(waits).toEqual([3_000]);
  });

  it('are the same wherever the network cuts them, whichever line ends they have', async () => {
    const text = 'id: 7\nevent: ä\ndata: {"x":"日本"}\n\n:c\n\ndata: last\n\n';
    const whole = await read(text);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat({ max: 60 }), { maxLength: 20 }),
        fc.constantFrom('\n', '\r\n', '\r'),
        async (at, end) => {
          // A lone CR at the very end may be half of a line end.
          expect(await read(`${text.replaceAll('\n', end)}:${end}`, at)).toEqual(expect.arrayContaining(whole));
        },
      ),
    );
  });

  it('cannot grow without bound', async () => {
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) yield new Uint8Array(1 << 20).fill(97);
    }
    await expect(sseMessages(endless()).next()).rejects.toThrow(RangeError);
  });
});

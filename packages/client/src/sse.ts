/** A message of Server-Sent Events (WHATWG HTML §9.2). */
export interface SseMessage {
  readonly id: string | undefined;
  readonly event: string;
  readonly data: string;
}

/** A message may not be larger: whoever sends more is no OJS server. In characters. */
const MOST = 16 * 1024 * 1024;

/**
 * The messages of a stream of Server-Sent Events, as they come. Comments are passed as `undefined`: the peer lives.
 *
 * @param onRetry hears how long the server wants to be left alone before the next connection, in milliseconds
 * @throws RangeError when a message grows beyond 16 Mi characters
 */
export async function* sseMessages(
  chunks: AsyncIterable<Uint8Array>,
  onRetry: (ms: number) => void = () => undefined,
): AsyncGenerator<SseMessage | undefined> {
  let id: string | undefined;
  let event = '';
  let data: string[] = [];
  let size = 0;
  for await (const line of linesOf(chunks)) {
    size += line.length;
    if (size > MOST) throw new RangeError('a message of the event stream is too large');
    if (line === '') {
      size = 0;
      if (data.length > 0) yield { id, event: event === '' ? 'message' : event, data: data.join('\n') };
      event = '';
      data = [];
      continue;
    }
    const colon = line.indexOf(':');
    if (colon === 0) {
      yield undefined;
      continue;
    }
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'data') data.push(value);
    else if (field === 'event') event = value;
    else if (field === 'id' && !value.includes('\0')) id = value === '' ? undefined : value;
    else if (field === 'retry' && /^\d{1,9}$/.test(value)) onRetry(Number(value));
  }
}

/** What a line consists of so far is put together once, when its end comes: it may come in very many pieces. */
async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let line = '';
  // Half of a CRLF, perhaps.
  let held = '';
  for await (const chunk of chunks) {
    let text = held + decoder.decode(chunk, { stream: true });
    held = text.endsWith('\r') ? '\r' : '';
    if (held !== '') text = text.slice(0, -1);
    const [first = '', ...others] = text.split(/\r\n|\n|\r/);
    line += first;
    for (const next of others) {
      yield line;
      line = next;
    }
    if (line.length > MOST) throw new RangeError('a line of the event stream is too large');
  }
}

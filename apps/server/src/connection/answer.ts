import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { MEDIA_TYPE } from '@ojs/schema';
import type { FastifyReply } from 'fastify';
import { errorBody } from './error-body.ts';
import { awaitsContinue } from './expect.ts';
import type { Refusal } from './refusal.ts';

/** On TLS only (RFC 6797 §7.2): a year. */
const HSTS = 'max-age=31536000';
/** A body that was not read is read and thrown away up to this size; beyond it the connection ends with the answer. */
const DISCARDED_BYTES = 64 * 1024;
/** How long a client that is still sending may take to read the answer, in milliseconds. */
const LINGER_MS = 1_000;

/** Set when the server stops: every answer then ends its connection. */
export interface Draining {
  stopping: boolean;
}

/** The only place that writes an answer: every one has the headers of http-binding §6.5 and the security headers. */
export class Answers {
  readonly #state: Draining;
  readonly #isBehindTls: boolean;
  readonly #onAnswer: (reply: FastifyReply, status: number) => void;

  /**
   * @param onAnswer hears of each answer, before it is written.
   * @param isBehindTls a proxy ends TLS: clients are on TLS though the connections of this server are not.
   */
  constructor(
    state: Draining,
    onAnswer: (reply: FastifyReply, status: number) => void = () => undefined,
    isBehindTls = false,
  ) {
    this.#state = state;
    this.#isBehindTls = isBehindTls;
    this.#onAnswer = onAnswer;
  }

  /** @param body turned into JSON once, here; not looked at with status 204. */
  send(reply: FastifyReply, status: number, body: unknown, headers?: Readonly<Record<string, string>>): void {
    this.#write(reply, status, status === 204 ? undefined : JSON.stringify(body), headers);
  }

  /** An answer that is text as it is. */
  text(reply: FastifyReply, status: number, text: string): void {
    this.#write(reply, status, text, undefined, 'text/plain');
  }

  /** An answer of OAuth, whose clients ask for this very media type (RFC 6749 §5.1). */
  json(reply: FastifyReply, status: number, body: unknown, headers?: Readonly<Record<string, string>>): void {
    this.#write(reply, status, JSON.stringify(body), headers, 'application/json');
  }

  refuse(reply: FastifyReply, refusal: Refusal): void {
    this.#write(reply, refusal.status, JSON.stringify(errorBody(refusal, reply.request.id)), refusal.detail.headers);
  }

  /** Begins an answer that goes on. @returns where to write it, or undefined where the client has gone already. */
  begin(reply: FastifyReply, mediaType: string): ServerResponse | undefined {
    // Proxies that collect answers before they pass them on would hold back what is to arrive at once.
    const isOpen = this.#head(reply, 200, ['Content-Type', mediaType, 'X-Accel-Buffering', 'no'], undefined);
    if (!isOpen) return undefined;
    reply.raw.flushHeaders();
    return reply.raw;
  }

  #write(
    reply: FastifyReply,
    status: number,
    text: string | undefined,
    more: Readonly<Record<string, string>> | undefined,
    media: string = MEDIA_TYPE,
  ): void {
    const about = text === undefined ? [] : ['Content-Type', media, 'Content-Length', String(Buffer.byteLength(text))];
    if (this.#head(reply, status, about, more)) reply.raw.end(text);
  }

  #head(
    reply: FastifyReply,
    status: number,
    about: readonly string[],
    more: Readonly<Record<string, string>> | undefined,
  ): boolean {
    reply.hijack();
    const { raw } = reply;
    if (raw.headersSent || raw.destroyed) return false;
    this.#onAnswer(reply, status);
    const request = reply.request.raw;
    // In this form Node writes the headers as they are: the framework would append a charset to the content type.
    const headers = [
      ...['OJS-Version', '1.0', 'X-Request-Id', reply.request.id],
      ...about,
      ...['Cache-Control', 'no-store', 'X-Content-Type-Options', 'nosniff'],
    ];
    if (this.#isBehindTls || 'encrypted' in request.socket) headers.push('Strict-Transport-Security', HSTS);
    if (more !== undefined) for (const name in more) headers.push(name, more[name] as string);
    if (mustClose(request)) {
      headers.push('Connection', 'close');
      lingerAfter(raw);
    } else if (this.#state.stopping) {
      headers.push('Connection', 'close');
    }
    raw.writeHead(status, headers);
    return true;
  }
}

/** Where a body is left unread, the next request could not be told from its rest. */
function mustClose(request: IncomingMessage): boolean {
  if (request.complete) return false;
  const length = request.headers['content-length'];
  if (length === undefined) return request.headers['transfer-encoding'] !== undefined;
  return awaitsContinue(request) || !(Number(length) <= DISCARDED_BYTES);
}

/**
 * Ends our side after the answer and goes on reading for a moment. Closing at once while the client sends would make the
 * system throw away the answer on its way.
 */
function lingerAfter(response: ServerResponse): void {
  const socket: Socket | null = response.socket;
  if (!socket) return;
  socket.destroySoon = () => {
    socket.end();
    const timer = setTimeout(() => socket.destroy(), LINGER_MS);
    socket.once('close', () => clearTimeout(timer));
    socket.once('end', () => socket.destroy());
  };
}

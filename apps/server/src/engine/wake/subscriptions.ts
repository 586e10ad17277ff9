import type { RedisClient } from '../../redis/connect.ts';

type Listener = (message: string) => void;

/** Channels on one connection. After a reconnect, `onReconnect` lets everybody who waits look again: messages were missed. */
export class Subscriptions {
  readonly #opened: Promise<void>;
  readonly #client: RedisClient;
  readonly #listeners = new Map<string, { listener: Listener; ready: Promise<unknown> }>();

  constructor(client: RedisClient, onReconnect: () => void) {
    this.#client = client;
    client.on('message', (channel: string, message: string) => this.#listeners.get(channel)?.listener(message));
    // Commands are not queued while there is no connection, and the first one takes a moment.
    this.#opened = new Promise((resolve) => {
      if (client.status === 'ready') resolve();
      for (const event of ['ready', 'error', 'end']) client.once(event, resolve);
    });
    let connectedBefore = client.status === 'ready';
    client.on('ready', () => {
      if (connectedBefore) void this.#again().then(onReconnect);
      connectedBefore = true;
    });
  }

  /** Subscribes once more after a reconnect. When the connection drops again meanwhile, the next reconnect does it. */
  async #again(): Promise<void> {
    const channels = [...this.#listeners.keys()];
    if (channels.length > 0) await this.#client.subscribe(...channels).catch(() => undefined);
  }

  /** Resolves when messages of the channel will arrive from now on. */
  async listen(channel: string, listener: Listener): Promise<void> {
    const known = this.#listeners.get(channel);
    if (known) {
      await known.ready;
      return;
    }
    const ready = this.#opened.then(() => this.#client.subscribe(channel));
    this.#listeners.set(channel, { listener, ready });
    try {
      await ready;
    } catch (error) {
      this.#listeners.delete(channel);
      throw error;
    }
  }

  async stop(channel: string): Promise<void> {
    if (this.#listeners.delete(channel)) await this.#client.unsubscribe(channel).catch(() => undefined);
  }
}

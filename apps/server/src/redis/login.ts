import { isIP } from 'node:net';
import type { SecureContext } from 'node:tls';
import type { Redis, RedisOptions } from 'ioredis';

/** How to log in, and how to know the right Redis. */
export interface RedisLogin {
  readonly username?: string | undefined;
  /** The password, and the one before it while that may still be good: tried in turn while Redis refuses. */
  readonly passwords: readonly string[];
  /** What a rediss: server is believed by, and our own certificate; absent: the authorities that the system knows. */
  readonly secureContext?: SecureContext | undefined;
}

/** What depends on the login, for one address. */
type LoginOptions = Pick<RedisOptions, 'username' | 'password' | 'tls'>;

/**
 * The options of a connection. The certificate is always checked, whatever NODE_TLS_REJECT_UNAUTHORIZED says, against the name in
 * the address (an address has no name to be sent: then against the address).
 * @param refused how often Redis refused the password so far.
 */
export function loginOptions(url: URL | undefined, login: RedisLogin, refused = 0): LoginOptions {
  const { username, passwords, secureContext } = login;
  const ofUrl = { username: url?.username, password: url?.password };
  const password = passwords[refused % passwords.length] ?? (ofUrl.password && decodeURIComponent(ofUrl.password));
  const user = username ?? (ofUrl.username && decodeURIComponent(ofUrl.username));
  const host = url?.hostname.replace(/^\[(.*)\]$/, '$1') ?? '';
  const tls = { ...(isIP(host) === 0 && { servername: host }), rejectUnauthorized: true, secureContext };
  return {
    ...(user ? { username: user } : {}),
    ...(password ? { password } : {}),
    ...(url?.protocol === 'rediss:' ? { tls } : {}),
  };
}

/** Makes a client ask for the login whenever it connects: passwords and certificates change while it runs. */
export function followLogin(client: Redis, url: URL | undefined, login: () => RedisLogin): void {
  let refused = 0;
  client.on('error', ({ message }: Error) => {
    if (message.startsWith('WRONGPASS')) refused++;
  });
  // ioredis reads its options anew for each connection.
  for (const name of ['username', 'password', 'tls'] as const) {
    const get = () => loginOptions(url, login(), refused)[name];
    if (get() !== undefined) Object.defineProperty(client.options, name, { get, enumerable: true, configurable: true });
  }
}

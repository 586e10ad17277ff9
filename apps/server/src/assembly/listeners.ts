import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Config } from '../config/config.ts';
import { codeOf } from '../config/secrets.ts';
import { createApp } from '../connection/app.ts';
import type { ClientCertificates } from '../connection/client-certificates.ts';
import { ConnectionLimit } from '../connection/connection-limit.ts';
import { Handshakes } from '../connection/handshakes.ts';
import type { ListenerOptions } from '../connection/listener.ts';
import type { ServerTls } from '../connection/server-tls.ts';
import { TrustedProxies } from '../connection/trusted-proxies.ts';
import { ROUTES } from '../routes/all.ts';
import { addRoutes } from '../routes/route.ts';
import type { Services } from '../routes/services.ts';
import { StartProblem } from '../start-problem.ts';
import { handshakeFailed, strangerRefused } from './connection-refused.ts';
import { drain } from './drain.ts';

/** What tells one listener from another. */
type Kind = Pick<ListenerOptions, 'secure' | 'onStranger'>;

export interface Listeners {
  readonly url: string;
  /** The http address on the loopback, in development. */
  readonly plainUrl: string | undefined;
  /** How many connections are open. */
  connections(): number;
  /** Stops to listen, lets requests in flight finish, and closes. */
  close(): Promise<void>;
}

/**
 * Listens: https where a certificate is configured, or plain http for the proxies that end TLS; and plain http on the loopback
 * where development asks for it. All serve the same routes and count connections together.
 *
 * @param tls absent: no https
 * @param clients absent: clients are not asked for certificates
 * @throws {StartProblem} when a port cannot be used; none is left open then
 */
export async function openListeners(
  config: Config,
  services: Services,
  tls: ServerTls | undefined,
  clients?: ClientCertificates,
): Promise<Listeners> {
  const proxies = new TrustedProxies(config.proxy.trusted);
  const connections = new ConnectionLimit(config.limits.connectionsPerClient, proxies);
  const apps: FastifyInstance[] = [];
  const open = async (kind: Kind, host: string, port: number, setting: string): Promise<AddressInfo> => {
    const app = await assemble(config, services, { limits: config.limits, connections, proxies, ...kind });
    await bind(app, host, port, setting);
    apps.push(app);
    return app.server.address() as AddressInfo;
  };
  const close = async (): Promise<void> => {
    await drain(
      apps.map(({ server }) => server),
      config.shutdown.graceMs,
    );
    await Promise.all(apps.map((app) => app.close()));
  };

  try {
    let url: string | undefined;
    let plainUrl: string | undefined;
    const { audit } = services;
    if (tls !== undefined) {
      const handshakes = new Handshakes({
        proxies,
        onFailed: (reason, address) => audit.record(handshakeFailed(reason, address)),
      });
      const address = await open({ secure: { tls, handshakes, clients } }, config.host, config.port, 'OJS_PORT');
      url = urlOf('https', config.host, address);
    } else if (config.proxy.terminatesTls) {
      const onStranger = (address: string): void => audit.record(strangerRefused(address));
      url = urlOf('http', config.host, await open({ onStranger }, config.host, config.port, 'OJS_PORT'));
    }
    if (config.plainPort !== undefined) {
      const address = await open({}, '127.0.0.1', config.plainPort, 'OJS_PLAIN_PORT');
      plainUrl = urlOf('http', '127.0.0.1', address);
      // Not every machine has IPv6; a name such as localhost may mean either.
      await open({}, '::1', address.port, 'OJS_PLAIN_PORT').catch(() => undefined);
    }
    return { url: url ?? plainUrl ?? '', plainUrl, connections: () => connections.count, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function assemble({ limits }: Config, services: Services, listener: ListenerOptions): Promise<FastifyInstance> {
  const { answers, log } = services;
  const app = createApp({
    listener,
    answers,
    bodyBytes: Math.max(limits.bodyBytes, limits.batchBodyBytes),
    onFailure: (err, request_id) => log.error({ err, request_id }, 'request failed below the routes'),
  });
  addRoutes(app, services, ROUTES);
  await app.ready();
  return app;
}

/** Where the port is taken, the message names the setting that chooses another. */
async function bind(app: FastifyInstance, host: string, port: number, setting: string): Promise<void> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    await app.close();
    const code = codeOf(error);
    const why = code === 'EADDRINUSE' ? 'is taken' : `cannot be used (${code})`;
    throw new StartProblem(`port ${port} on ${host} ${why}: choose another with ${setting}`);
  }
}

/** How a client on this machine reaches it. */
function urlOf(scheme: string, host: string, { port }: AddressInfo): string {
  const everywhere = host === '0.0.0.0' || host === '::' || host === '127.0.0.1';
  const name = everywhere ? 'localhost' : host;
  return `${scheme}://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

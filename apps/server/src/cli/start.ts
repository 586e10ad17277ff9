import type { Config } from '../config/config.ts';
import { startServer } from '../server.ts';
import { createLog } from '../telemetry/log.ts';
import { isOurs } from '../telemetry/trusted.ts';

/**
 * `ojs-server start`: runs until SIGTERM or SIGINT, then stops in good order; a second signal ends it at once. SIGHUP opens
 * the audit file anew. A parent that forked it hears `{ ready, url, plainUrl }`.
 *
 * @throws whatever keeps it from starting
 */
export async function runStart(config: Config): Promise<void> {
  const log = createLog(config.logLevel, isOurs);
  // A report of a crash would list the environment, and with it every secret.
  if (process.report) process.report.excludeEnv = true;
  // Without a listener this signal opens the inspector, which shows every secret in memory.
  if (config.env === 'production') process.on('SIGUSR1', () => undefined);
  const server = await startServer(config);

  let stopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    if (stopping) process.exit(1);
    stopping = true;
    log.info({ signal }, 'stopping');
    server.stop(signal).then(
      () => {
        log.info({}, 'stopped');
        process.exit(0);
      },
      (err: unknown) => {
        log.fatal({ err }, 'could not stop in good order');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  process.on('SIGHUP', () => server.reopenAudit());
  process.on('unhandledRejection', (err) => log.error({ err }, 'a promise was rejected and nobody looked'));
  process.on('uncaughtException', (err) => {
    log.fatal({ err }, 'an error was not caught: the server ends');
    process.exit(1);
  });

  const { url, plainUrl } = server;
  log.info({ url, ...(plainUrl !== undefined && { plain_url: plainUrl }) }, 'ready');
  process.send?.({ ready: true, url, plainUrl });
  // The channel to the parent must not keep the process alive, nor end it with the parent.
  process.channel?.unref();
}

import { OjsConfigurationError } from './errors.ts';

/** Where a server is: origin, and the path in front of `/ojs` (empty but behind some proxies). */
export interface ServerAddress {
  readonly origin: string;
  readonly basePath: string;
}

const LOOPBACK = /^(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])$/;

/**
 * Reads a server's URL. Plain http is for the loopback only: anywhere else a credential could be read on its way
 * (security page, Transport Security).
 *
 * @throws {OjsConfigurationError} never repeating what may be a password in the URL
 */
export function parseServerUrl(text: string | undefined): ServerAddress {
  if (!text)
    throw new OjsConfigurationError('No server: pass `url` or set OJS_URL, for example https://jobs.example.com');
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url) throw new OjsConfigurationError('`url` is not a URL; it should look like https://jobs.example.com');
  if (url.username || url.password)
    throw new OjsConfigurationError('`url` must not contain a user or password: pass the key as `credential`');
  if (url.search || url.hash) throw new OjsConfigurationError('`url` must not have a query or a fragment');
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw new OjsConfigurationError(`\`url\` must begin with https://, not ${url.protocol}//`);
  if (url.protocol === 'http:' && !LOOPBACK.test(url.hostname))
    throw new OjsConfigurationError(
      `Plain http to ${url.host} is refused, because the credential could be read on its way: use https:// (plain http is allowed only to localhost, 127.0.0.0/8 and ::1)`,
    );
  return { origin: url.origin, basePath: url.pathname.replace(/\/+$/, '') };
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/;

/** Whether what is sent to this address stays on the machine: a Unix socket or the loopback. */
export function staysOnMachine(url: string): boolean {
  return url.startsWith('unix:') || LOOPBACK.test(URL.parse(url)?.hostname ?? '');
}

/** Whether what is sent to this address is not encrypted, in whichever case the scheme is written. */
export const isPlainHttp = (url: string): boolean => URL.parse(url)?.protocol === 'http:';

/** The address without a password that somebody may have written into it. */
export function withoutPassword(url: string): string {
  const parsed = url.startsWith('unix:') ? null : URL.parse(url);
  if (!parsed?.password) return url;
  parsed.password = '[secret]';
  return parsed.href;
}

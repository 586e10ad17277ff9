import { describe, expect, it } from 'vitest';
import { parseServerUrl } from './url.ts';

describe('the address of a server', () => {
  it.each([
    'https://jobs.example.com',
    'http://localhost:8080',
    'http://127.0.0.1:8080',
    'http://127.9.8.7',
    'http://[::1]:8080',
  ])('may be %s', (url) => {
    expect(parseServerUrl(url).origin).toBe(url);
  });

  it.each([
    'http://jobs.example.com',
    'http://10.0.0.1',
    'http://localhost.example.com',
    'http://127.0.0.1.example.com',
    'http://0.0.0.0',
    'http://[::ffff:10.0.0.1]',
    'http://localhost@evil.example',
  ])('with plain http beyond the loopback is refused: %s', (url) => {
    expect(() => parseServerUrl(url)).toThrow();
  });

  it('keeps the path in front of /ojs', () => {
    expect(parseServerUrl('https://example.com/jobs/').basePath).toBe('/jobs');
  });

  it('with a password is refused without repeating it', () => {
    expect(() => parseServerUrl('https://user:canary@example.com')).toThrow(/must not contain a user or password/);
    expect(() => parseServerUrl('https://user:canary@example.com')).not.toThrow(/canary/);
  });

  it.each(['', undefined, 'jobs.example.com', 'ftp://example.com', 'https://example.com/?key=1'])(
    'that is none is refused: %s',
    (url) => {
      expect(() => parseServerUrl(url)).toThrow();
    },
  );
});

import { readFileSync } from 'node:fs';

/**
 * How to reach the development server (`npm start`) in a role. In a program of your own leave it out: the address, the
 * credential and the authority then come from OJS_URL, OJS_SECRET_API_KEY and OJS_CA_FILE.
 */
export function developmentServer(role: 'producer' | 'worker' | 'admin'): {
  url: string;
  ca: string;
  credential: string;
} {
  const { url, ca, keys } = JSON.parse(
    readFileSync(process.env.OJS_DEV_FILE ?? new URL('../.ojs/dev.json', import.meta.url), 'utf8'),
  );
  return { url, ca, credential: keys[role] };
}

import { isIP } from 'node:net';
import type { JsonGeneralName } from '@peculiar/x509';

/** Says of each name what kind of subject alternative name it is: IP address, URI, e-mail address, else DNS name. */
export function alternativeNames(names: (string | JsonGeneralName)[]): JsonGeneralName[] {
  return names.map((value) => {
    if (typeof value !== 'string') return value;
    if (isIP(value) !== 0) return { type: 'ip', value };
    if (value.includes('://')) return { type: 'url', value };
    if (value.includes('@')) return { type: 'email', value };
    return { type: 'dns', value };
  });
}

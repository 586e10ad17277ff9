import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { OjsConfigurationError } from './errors.ts';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/**
 * The certificates to trust instead of the public ones.
 *
 * @param ca PEM text, or the path of a PEM file, with one or more certificates
 * @throws {OjsConfigurationError} when there is no certificate in it: trusting nothing by mistake would be noticed, but late
 */
export function readAuthority(ca: string | undefined): string[] | undefined {
  if (!ca) return undefined;
  const text = ca.includes('-----BEGIN') ? ca : readPem(ca);
  const certificates = text.match(CERTIFICATE);
  if (!certificates) throw new OjsConfigurationError('`ca` holds no PEM certificate (-----BEGIN CERTIFICATE-----)');
  for (const certificate of certificates) {
    try {
      new X509Certificate(certificate);
    } catch (error) {
      throw new OjsConfigurationError('`ca` holds a certificate that cannot be read', error);
    }
  }
  return certificates;
}

function readPem(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new OjsConfigurationError(`\`ca\` is neither PEM text nor a file that can be read (${code})`, error);
  }
}

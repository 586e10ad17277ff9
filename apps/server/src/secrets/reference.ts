/** A secret in a KV engine (version 2) of Vault or OpenBao. */
export interface VaultReference {
  readonly scheme: 'vault';
  readonly mount: string;
  readonly path: string;
  readonly field: string;
}

/** A secret of AWS Secrets Manager: a field of its JSON, or all of its text. */
export interface AwsReference {
  readonly scheme: 'aws';
  readonly id: string;
  readonly field: string | undefined;
}

export type Reference = VaultReference | AwsReference;

/** How a reference looks, for whoever wrote another. */
export const REFERENCE_FORMS = 'vault:MOUNT/PATH#FIELD or aws:SECRET-ID#FIELD';

const MAX_CHARS = 2_048;
const SEGMENT = /^(?!\.{1,2}$)[A-Za-z0-9._@ -]{1,255}$/;
const FIELD = /^[A-Za-z0-9._-]{1,255}$/;
/** Names and ARNs, as AWS has them. */
const AWS_ID = /^[A-Za-z0-9/_+=.@:-]{1,2048}$/;

/** Where a secret is kept, from what OJS_SECRET_NAME_REF holds; undefined for what is no reference. */
export function parseReference(text: string): Reference | undefined {
  const [, scheme, place = '', field] = /^(vault|aws):([^#]+)(?:#(.+))?$/s.exec(text.slice(0, MAX_CHARS + 1)) ?? [];
  if (scheme === undefined || text.length > MAX_CHARS || (field !== undefined && !FIELD.test(field))) return undefined;
  if (scheme === 'aws') return AWS_ID.test(place) ? { scheme, id: place, field } : undefined;
  const [mount = '', ...path] = place.split('/');
  const isPlace = path.length > 0 && [mount, ...path].every((segment) => SEGMENT.test(segment));
  return isPlace && field !== undefined ? { scheme: 'vault', mount, path: path.join('/'), field } : undefined;
}

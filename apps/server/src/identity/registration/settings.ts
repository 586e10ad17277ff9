import { PrincipalId, QueuePattern, RoleName, TenantScope } from '@ojs/schema';
import { z } from 'zod';
import type { SecretValues } from '../../config/secret-store.ts';
import { weaknessOf } from './strength.ts';

/** A shared secret with which workers register (ojs-security §6.2), and whom it makes of them. */
const Registration = z.strictObject({
  /** Names it in the audit log. */
  id: z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, 'must be lower case letters, digits, "_" or "-"'),
  /** The secret is OJS_SECRET_NAME, here NAME stands. At least 256 random bits, as base64 or hexadecimal text. */
  secret: z.string().regex(/^[A-Z][A-Z0-9_]{0,127}$/, 'must be the NAME of OJS_SECRET_NAME'),
  principal: PrincipalId,
  tenant: TenantScope.default('_default'),
  roles: z.array(RoleName).min(1).default(['worker']),
  queues: z.array(QueuePattern).min(1).default(['*']),
});
export type Registration = z.infer<typeof Registration>;

/** Section `registrations` of the identity file. */
export const Registrations = z.array(Registration).max(100).default([]);

interface Sections {
  readonly registrations: readonly Registration[];
}

/**
 * What a schema cannot say.
 * @param secrets absent: their values are not known yet, so nothing is said about them
 */
export function registrationMistakes({ registrations }: Sections, secrets: SecretValues | undefined): string[] {
  const ids = registrations.map(({ id }) => id);
  const names = registrations.map(({ secret }) => secret);
  return registrations.flatMap(({ id, secret }, at) => {
    const place = `registrations.${at}`;
    const value = secrets?.get(secret);
    const weakness = value && weaknessOf(value.reveal());
    return [
      ...(ids.indexOf(id) < at ? [`${place}.id: is used twice`] : []),
      // Nobody could tell whose it is.
      ...(names.indexOf(secret) < at ? [`${place}.secret: belongs to another registration already`] : []),
      ...(secrets !== undefined && !secrets.has(secret) ? [`${place}.secret: OJS_SECRET_${secret} is not set`] : []),
      ...(weakness === undefined ? [] : [`${place}.secret: OJS_SECRET_${secret} ${weakness}`]),
    ];
  });
}

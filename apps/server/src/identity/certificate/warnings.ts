import type { Certificates } from './settings.ts';

/** What production runs with and should not (security page: mTLS is recommended for worker-to-backend communication). */
export function certificateWarnings({ authorities, rules }: Certificates): readonly string[] {
  const warnings = authorities
    .filter(({ crlFile }) => crlFile === undefined)
    .map(
      ({ id }) =>
        `the authority ${id} has no revocation list: a stolen client certificate is good until it ends; set crlFile`,
    );
  if (rules.some(({ plane }) => plane === 'worker')) return warnings;
  return [
    ...warnings,
    'workers have no client certificates: map some to principals in OJS_IDENTITY_FILE (docs/client-certificates.md)',
  ];
}

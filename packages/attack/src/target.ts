import { readFileSync } from 'node:fs';
import type { TargetFile } from './target-file.ts';
import { connectWire, type Wire } from './wire.ts';

/** A server to attack. */
export interface Target extends TargetFile {
  /** Sends requests to `url`. */
  readonly wire: Wire;
  /** PEM text of the authority. */
  readonly caPem: string | undefined;
  /** The records that were written to the audit log since a moment (ms since the epoch); needs `audit`. */
  audit(since: number): Record<string, unknown>[];
  close(): void;
}

/** Parts of a target that an attack cannot do without. */
export type Needs =
  | keyof TargetFile['keys']
  | 'plain'
  | 'origin'
  | 'others'
  | 'issuer'
  | 'issuers'
  | 'certificates'
  | 'audit'
  | 'totp'
  | 'tls';

/** Whether the target has it. */
export function has(file: TargetFile, need: Needs): boolean {
  if (need === 'plain') return file.plainUrl !== undefined;
  if (need === 'origin') return file.origin !== undefined;
  if (need === 'others') return file.others.length > 0;
  if (need === 'issuer') return file.issuers.length > 0;
  if (need === 'issuers') return file.issuers.length > 1;
  if (need === 'certificates') return file.certificates.authority !== undefined;
  if (need === 'audit') return file.auditFile !== undefined;
  if (need === 'totp') return file.totp !== undefined;
  if (need === 'tls') return file.url.startsWith('https:');
  return file.keys[need] !== undefined;
}

export function openTarget(file: TargetFile): Target {
  const caPem = file.ca === undefined ? undefined : readFileSync(file.ca, 'utf8');
  const wire = connectWire(file.url, caPem);
  return {
    ...file,
    caPem,
    wire,
    audit: (since) =>
      readFileSync(file.auditFile ?? '', 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line))
        .filter(({ timestamp }) => Date.parse(timestamp) >= since),
    close: () => wire.close(),
  };
}

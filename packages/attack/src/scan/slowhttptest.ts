import type { Finding } from './finding.ts';

/** Probes that may fail while the attack begins, or on a busy machine. */
const MISSED_PROBES = 2;

/**
 * Whether a run of slowhttptest held the listener: connections of it were still open at the end, or others were not served.
 *
 * @param kind which test it was
 * @param output what it printed
 * @param csv its statistics: seconds, closed, pending, connected, and availability (0: not)
 */
export function judgeSlowHttp(kind: string, output: string, csv: string): Finding[] {
  const judge = 'slowhttptest';
  const rows = csv
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',').map(Number));
  if (rows.length === 0) return [{ judge, id: `${kind} silent`, text: 'it wrote no statistics: it did not work' }];
  const [, , , held = 0] = rows.at(-1) ?? [];
  const missed = rows.filter(([, , , , available]) => available === 0).length;
  const ended = output.includes('No open connections left');
  return [
    ...(ended ? [] : [{ judge, id: `${kind} holds`, text: `${held} connections were still open at the end` }]),
    ...(missed > MISSED_PROBES ? [{ judge, id: `${kind} denies`, text: `for ${missed} s nobody was served` }] : []),
  ];
}

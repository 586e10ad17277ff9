import type { Finding } from './finding.ts';

/** Probes that may fail while the attack begins, or on a busy machine. */
const MISSED_PROBES = 2;
/** Connections of the probes themselves. */
const PROBES = 2;

/**
 * Whether a run of slowhttptest held the listener: the server had connections of it at the end, or others were not served. How
 * many are open is asked of the server: what it has given up, slowhttptest believes to be open until it has read all of it.
 *
 * @param kind which test it was
 * @param csv its statistics: seconds, closed, pending, connected, and availability (0: not)
 * @param held connections of the server at the end of the run
 */
export function judgeSlowHttp(kind: string, csv: string, held: number): Finding[] {
  const judge = 'slowhttptest';
  const rows = csv
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',').map(Number));
  if (rows.length === 0) return [{ judge, id: `${kind} silent`, text: 'it wrote no statistics: it did not work' }];
  const missed = rows.filter(([, , , , available]) => available === 0).length;
  return [
    ...(held > PROBES ? [{ judge, id: `${kind} holds`, text: `${held} connections were open at the end` }] : []),
    ...(missed > MISSED_PROBES ? [{ judge, id: `${kind} denies`, text: `for ${missed} s nobody was served` }] : []),
  ];
}

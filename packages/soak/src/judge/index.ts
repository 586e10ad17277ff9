import { judgeAttempts } from './attempts.ts';
import { judgeCrons } from './crons.ts';
import { judgeDeliveries, judgeEvents } from './events.ts';
import type { Finding, Judge } from './finding.ts';
import { judgeJobs } from './jobs.ts';
import { judgeWorkflows } from './workflows.ts';

export { type Evidence, type Finding, KINDS } from './finding.ts';

const JUDGES: readonly Judge[] = [judgeJobs, judgeAttempts, judgeEvents, judgeWorkflows, judgeCrons, judgeDeliveries];

/** Everything that should not be. */
export const judge: (...evidence: Parameters<Judge>) => readonly Finding[] = (evidence) =>
  JUDGES.flatMap((each) => [...each(evidence)]);

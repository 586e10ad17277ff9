import { judgeAttempts } from './attempts.ts';
import { judgeCrons } from './crons.ts';
import type { Finding, Judge } from './finding.ts';
import { judgeDeliveries, judgeHeard } from './heard.ts';
import { judgeJobs } from './jobs.ts';
import { judgeLeases } from './leases.ts';
import { judgeRates } from './rates.ts';
import { judgeUnique } from './unique.ts';
import { judgeWorkflows } from './workflows.ts';

export { type Evidence, type Finding, KINDS } from './finding.ts';

const OF_JOBS: readonly Judge[] = [judgeJobs, judgeAttempts, judgeLeases, judgeRates, judgeUnique];
const OF_MORE: readonly Judge[] = [judgeHeard, judgeDeliveries, judgeWorkflows, judgeCrons];

/** Everything that should not be. */
export const judge: (...evidence: Parameters<Judge>) => readonly Finding[] = (evidence) =>
  [...OF_JOBS, ...OF_MORE].flatMap((each) => [...each(evidence)]);
